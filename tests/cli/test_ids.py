"""`firstbell ids`: every planted fault is repaired or reported with its row, and accounts reach a directory once."""

import csv
import json
import math
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from firstbell.cli.ids import ids
from firstbell.cli.main import application
from firstbell.fixtures.digital_ids.response_sheets import SheetMaker, read_planted
from firstbell.models.digital_ids import school_data_sync
from firstbell.models.digital_ids.provisioning import DirectoryLimit
from firstbell.models.problems import InputError

LEARNERS = 3000
PLACE_OF_THE_KEPT = {"duplicate", "spelling-variant"}  # what such a row became is the other row


def run(*words: str) -> Result:
    return CliRunner().invoke(ids, words)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    SheetMaker(directory=folder, rows_a_sheet=1000, fault_share=0.03).make(LEARNERS)
    return folder


@pytest.fixture(scope="module")
def done(answers: Path) -> Result:
    return run("clean", f"{answers / 'sheets'}", "--schools", f"{answers / 'schools.csv'}", "--out",
               f"{answers / 'ids'}", "--json")  # fmt: skip


def test_every_planted_fault_is_repaired_as_it_was_or_reported_with_its_row(answers: Path, done: Result) -> None:
    planted = list(read_planted(answers / "planted.csv"))
    assert len({each.fault for each in planted}) == 19
    with (answers / "ids" / "findings.csv").open(encoding="utf-8", newline="") as file:
        found = defaultdict(list)
        for row in csv.DictReader(file):
            found[row["fault"], row["file"], row["row"]].append(row)
    places = {each: found[each.fault, each.file, "" if each.row is None else str(each.row)] for each in planted}
    assert [each for each, rows in places.items() if not rows] == []
    wrong = [
        (each, row["became"])
        for each, rows in places.items()
        for row in rows
        if each.truth and each.column and each.fault not in PLACE_OF_THE_KEPT and row["became"]
        and row["became"] != each.truth
    ]  # fmt: skip
    assert wrong == []
    assert done.exit_code == 1


def test_accounts_are_unique_and_the_files_can_be_read_back(answers: Path, done: Result) -> None:
    told = json.loads(done.stdout)
    files = school_data_sync.read(answers / "ids")
    assert len(files["users.csv"]) == len(files["roles.csv"]) == told["accounts"]
    assert told["rows"] == told["accounts"] + told["rows_without_account"]
    assert sum(told["names_by_rule"].values()) == told["accounts"]


def test_the_same_seed_makes_the_same_sheets(answers: Path, tmp_path: Path) -> None:
    SheetMaker(directory=tmp_path, rows_a_sheet=1000, fault_share=0.03).make(LEARNERS)
    for path in (answers / "sheets").iterdir():
        assert (tmp_path / "sheets" / path.name).read_bytes() == path.read_bytes()


def test_sheets_without_faults_end_in_0_and_are_not_mixed_with_others(tmp_path: Path) -> None:
    out = f"{tmp_path / 'made'}"
    assert run("generate", out, "--learners", "40", "--fault-share", "0", "--json").exit_code == 0
    done = run("clean", f"{out}/sheets", "--schools", f"{out}/schools.csv", "--out", f"{tmp_path / 'ids'}", "--json")
    assert (done.exit_code, json.loads(done.stdout)["accounts"]) == (0, 40)
    assert run("generate", out, "--learners", "40").exit_code == 2


def test_a_broken_link_in_the_files_is_told(answers: Path, done: Result, tmp_path: Path) -> None:
    files = school_data_sync.read(answers / "ids")
    school_data_sync.write(files | {"orgs.csv": files["orgs.csv"][1:]}, tmp_path)
    with pytest.raises(InputError, match="nobody has this id"):
        school_data_sync.read(tmp_path)


def test_a_directory_with_a_limit_gets_each_account_once(answers: Path, done: Result) -> None:
    words = ("provision", f"{answers / 'ids'}", "--most", "50", "--writes", "20", "--window", "1", "--json")
    made = json.loads(run(*words).stdout)
    assert (made["made"], made["there_before"], made["failed"]) == (50, 0, 0)
    assert made["refused"] >= 2
    assert made["time_s"] >= made["at_least_s"] == 2.0


def test_the_accounts_feed_the_learners_of_a_run(answers: Path, done: Result, tmp_path: Path) -> None:
    """The platform knows no others, so whoever signs in by digital ID has a user name from the sheets."""
    assert done.exit_code in (0, 1)
    asked = ["run", "kosovo", "--shape", "poisson", "--rate", "8", "--duration", "4", "--processes", "2"]
    out = tmp_path / "out"
    told = CliRunner().invoke(application(), [*asked, "--accounts", str(answers / "ids"), "--out", str(out), "--json"])
    logins = json.loads(told.stdout)["activities"]["login"]
    assert logins["errors"] == 0, told.stderr
    with closing(sqlite3.connect(out / "backend" / "content.db")) as database:
        held = dict(database.execute("SELECT contact, full_name FROM accounts WHERE learner % 2 = 0"))
    users = {row[1]: f"{row[2]} {row[3]}" for row in school_data_sync.read(answers / "ids")["users.csv"]}
    assert held
    assert held.items() <= users.items()


def test_a_run_for_which_there_are_too_few_accounts_is_refused(answers: Path, done: Result) -> None:
    told = CliRunner().invoke(
        application(), ["run", "kosovo", "--learners", "9000", "--accounts", str(answers / "ids")]
    )
    assert told.exit_code == 2
    assert "users, and this run may need" in told.stderr


def test_only_a_stand_in_on_this_machine_is_written_to(answers: Path, done: Result) -> None:
    assert run("provision", f"{answers / 'ids'}", "--directory", "https://graph.microsoft.com").exit_code == 2
    assert run("provision", f"{answers / 'ids'}", "--directory", "http://127.0.0.1:9").exit_code == 3


def test_a_register_that_is_no_text_is_told_and_earlier_names_are_kept(
    answers: Path, done: Result, tmp_path: Path
) -> None:
    (tmp_path / "schools.csv").write_bytes(b"id,name,municipality\nS1,\xeb,Pej\xeb\n")
    sheets = f"{answers / 'sheets'}"
    assert run("clean", sheets, "--schools", f"{tmp_path / 'schools.csv'}").exit_code == 2
    again = run("clean", sheets, "--schools", f"{answers / 'schools.csv'}", "--out", f"{tmp_path / 'again'}",
                "--earlier", f"{answers / 'ids' / 'users.csv'}", "--json")  # fmt: skip
    assert json.loads(again.stdout)["names_by_rule"] == {"0": json.loads(done.stdout)["accounts"]}
    assert school_data_sync.read(tmp_path / "again") == school_data_sync.read(answers / "ids")


def test_the_nation_takes_two_and_a_half_hours_at_least() -> None:
    assert DirectoryLimit().time_s(186_200) / 3600 == pytest.approx(2.58, abs=0.01)
    assert DirectoryLimit().time_s(186_200, writes_an_account=3) / 3600 == pytest.approx(7.75, abs=0.05)
    assert DirectoryLimit().time_s(100, write_s=0.2) == pytest.approx(20)
    for accounts in (3_000, 6_000, 186_000):
        assert DirectoryLimit().accounts_at(DirectoryLimit().time_s(accounts)) == accounts
    with pytest.raises(ValueError, match="window"):
        DirectoryLimit(window_s=math.inf)
