"""The record of a run against the plant with known demands, for the tests of models and of the command line."""

from pathlib import Path

import pytest

from firstbell.models.evidence import RunEvidence
from firstbell.models.record import RunRecord
from tests.models import plant


@pytest.fixture(scope="session")
def plant_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder: five other mixes, three levels for the fit, one held out."""
    return plant.write_record(tmp_path_factory.mktemp("plant") / "record")


@pytest.fixture(scope="session")
def plant_run(plant_record: Path) -> RunEvidence:
    """The same as evidence."""
    return RunEvidence(record=RunRecord.read(plant_record), workload=plant.kosovo())
