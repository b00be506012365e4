"""Options about an edge: what they set up, and what makes no sense."""

import pytest

from firstbell.cli.edge_options import command, edge_rules
from firstbell.fixtures.backend.__main__ import EDGE, _parser, _taken
from firstbell.fixtures.backend.configuration import Configuration, ConfigurationError
from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.models.problems import InputError


def test_the_backend_s_command_sets_up_what_was_asked_for() -> None:
    for asked in (
        EdgeRules(size_bytes=5_000, coalesce=False, bits_per_s=8e6),
        EdgeRules(size_bytes=5_000),
    ):
        assert EdgeRules(**_taken(vars(_parser().parse_args(command(asked))), EDGE)) == asked
    assert command(EdgeRules()) == []


def test_what_makes_no_sense_is_told() -> None:
    with pytest.raises(InputError, match="there is none"):
        edge_rules(0, False, None, beside=True)
    with pytest.raises(InputError, match="only the reference backend gets an edge"):
        edge_rules(1_000, True, None, beside=False)
    with pytest.raises(InputError, match="--edge-cold: there is no edge to empty"):
        edge_rules(0, True, None, beside=True, cold=True)
    assert not edge_rules(0, True, None, beside=False).on
    with pytest.raises(ConfigurationError, match="must lie between"):
        Configuration(edge=EdgeRules(size_bytes=1, bits_per_s=1))
