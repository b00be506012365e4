"""Each fault of the case, in sheets written out by hand: what becomes of it."""

from pathlib import Path

import pytest

from firstbell.models.digital_ids.cleaning import Cleaned, cleaned
from firstbell.models.digital_ids.grades import grade_of
from firstbell.models.digital_ids.schools import School, SchoolRegister, distance
from firstbell.models.digital_ids.sheets import read_sheet
from firstbell.models.problems import InputError

HEADINGS = "Emri,Mbiemri,Emri i prindit,Shkolla,Komuna,Klasa\n"
NAIM = School(id="S1", name="SHFMU Naim Frashëri", municipality="Pejë")
SAMI = School(id="S2", name="SHFMU Sami Frashëri", municipality="Pejë")
REGISTER = SchoolRegister([NAIM, SAMI])
SCHOOL = "SHFMU Naim Frashëri,Pejë"
# Enough rows for these names to be known.
KNOWN = "".join(
    f"Arbër,Gashi,Agim,{SCHOOL},{grade}\nValdrin,Krasniqi,Besa,{SCHOOL},{grade}\n" for grade in range(7, 11)
)
FIRST = 2 + KNOWN.count("\n")


def clean(folder: Path, *rows: str, headings: str = HEADINGS, known: str = KNOWN) -> Cleaned:
    path = folder / "a.csv"
    path.write_text(headings + known + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return cleaned([read_sheet(path)], REGISTER)


def told(result: Cleaned) -> list[tuple[str, int | None, str | None, str, str | None]]:
    return [(each.fault, each.row, each.column, each.value, each.became) for each in result.findings]


def test_a_sheet_without_faults_leaves_nothing_to_tell(tmp_path: Path) -> None:
    result = clean(tmp_path)
    assert result.findings == ()
    assert (len(result.people), result.rows, result.held_back) == (8, 8, 0)


@pytest.mark.parametrize(
    ("cell", "fault", "became"),
    [
        ("*Arbër*", "special-characters", "Arbër"),
        ("Arb\u200bër", "special-characters", "Arbër"),
        ("ArbÃ«r", "special-characters", "Arbër"),
        ("Arb?r", "special-characters", "Arbër"),
        ("Xh?q", "special-characters", None),
        ("Arb ër", "spaces-inside-words", "Arbër"),
        ("V a l d r i n", "spaces-inside-words", "Valdrin"),
        ("Xha fer", "spaces-inside-words", None),
        ("'Arbër", "cell-properties", "Arbër"),
        ("=Arbër", "cell-properties", "Arbër"),
        ("#NAME?", "cell-properties", None),
        ("1.2E+05", "cell-properties", None),
        ("", "no-name", None),
        ("李", "special-characters", None),
    ],
)
def test_a_name_is_repaired_or_told(tmp_path: Path, cell: str, fault: str, became: str | None) -> None:
    result = clean(tmp_path, f"{cell},Krasniqi,Agim,{SCHOOL},3")
    assert told(result) == [(fault, FIRST, "Emri", cell, became)]
    last = [person.name for person in result.people if person.row == FIRST]
    assert last == ([] if became is None else [became])


def test_a_double_name_of_known_names_stays(tmp_path: Path) -> None:
    result = clean(tmp_path, f"Arbër Valdrin,Gashi,Agim,{SCHOOL},3")
    assert result.findings == ()
    assert result.people[-1].name == "Arbër Valdrin"


@pytest.mark.parametrize(
    ("name", "fault", "became"),
    [
        ("SHFMU NAIM FRASHERI", "misspelt-school", NAIM.name),
        ("SHFMU Naimm Frasheri", "misspelt-school", NAIM.name),
        ("SHFMU Nami Frashëri", "misspelt-school", None),  # Naim or Sami
        ("Gjimnazi Atlantis", "unknown-school", None),
        ("  ", "no-school", None),
    ],
)
def test_a_school_is_found_or_told(tmp_path: Path, name: str, fault: str, became: str | None) -> None:
    result = clean(tmp_path, f"Arbër,Gashi,Agim,{name},Pejë,3")
    assert told(result) == [(fault, FIRST, "Shkolla", name, became)]
    assert result.held_back == (became is None)


def test_data_in_one_cell_are_parted(tmp_path: Path) -> None:
    whole = f"Arbër;Gashi;Agim;{NAIM.name};Pejë;3"
    result = clean(tmp_path, f"{whole},,,,,", f'"{whole}"', f"Arbër Gashi Agim {NAIM.name} Pejë 4,,,,,")
    assert [(each.fault, each.row, each.repaired) for each in result.findings] == [
        ("one-cell", FIRST, True),
        ("one-cell", FIRST + 1, True),
        ("one-cell", FIRST + 2, False),
        ("duplicate", FIRST + 1, True),
    ]


def test_one_person_in_two_rows_gets_one_account(tmp_path: Path) -> None:
    result = clean(tmp_path, f"Arbër,Gashi,Agim,{SCHOOL},7", f"ARBER,Gashi,Agim,{SCHOOL},8")
    assert [(each.fault, each.row, each.became) for each in result.findings] == [
        ("duplicate", FIRST, "a.csv:2"),
        ("spelling-variant", FIRST + 1, "a.csv:4"),
    ]
    assert len(result.people) == 8


def test_one_letter_apart_waits_for_somebody_to_say(tmp_path: Path) -> None:
    result = clean(tmp_path, f"Arbër,Gahsi,Agim,{SCHOOL},7")
    (finding,) = result.findings
    assert (finding.fault, finding.row, finding.repaired) == ("possible-duplicate", FIRST, False)
    assert "a.csv:2" in finding.reason


def test_columns_are_found_by_their_headings_wherever_they_are(tmp_path: Path) -> None:
    headings = "Lista\nKlasa;Prezime;Ime;Škola;Opština\n"
    path = tmp_path / "a.csv"
    path.write_text(f"{headings}3;Gashi;Arbër;{NAIM.name};Pejë\n", encoding="utf-8")
    result = cleaned([read_sheet(path)], REGISTER)
    (finding,) = result.findings
    assert (finding.fault, finding.row, finding.repaired) == ("altered-template", 2, True)
    assert "Emri i prindit" in finding.reason
    (person,) = result.people
    assert (person.name, person.surname, person.grade, person.school, person.row) == ("Arbër", "Gashi", 3, NAIM, 3)


def test_without_headings_it_is_the_templates_order_if_the_schools_say_so(tmp_path: Path) -> None:
    assert [(each.fault, each.row) for each in clean(tmp_path, headings="").findings] == [("no-headings", 1)]
    other = clean(tmp_path, headings="Nr,Kush\n", known="1,Arbër Gashi\n")
    assert [(each.fault, each.row, each.repaired) for each in other.findings] == [("unknown-template", 1, False)]
    assert (other.people, other.rows) == ((), 2)


@pytest.mark.parametrize(
    ("file", "content", "fault", "people"),
    [
        ("a.csv", b"%PDF-1.7 ...", "scan", 0),
        ("a.csv", b"PK\x03\x04...", "unreadable", 0),
        ("a.csv", b"", "unreadable", 0),
        ("a.xls", (HEADINGS + KNOWN).encode(), "changed-extension", 8),
        ("a.csv", (HEADINGS + KNOWN).encode("cp1250"), "encoding", 8),
        ("a.csv", (HEADINGS + KNOWN).encode("utf-16"), "encoding", 8),
    ],
)
def test_a_file_is_told_by_what_is_in_it(tmp_path: Path, file: str, content: bytes, fault: str, people: int) -> None:
    (tmp_path / file).write_bytes(content)
    result = cleaned([read_sheet(tmp_path / file)], REGISTER)
    assert [(each.fault, each.file, each.row) for each in result.findings] == [(fault, file, None)]
    assert len(result.people) == people


def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    rows = [f'"Arbër,Gashi,Agim,{SCHOOL},3', *(f"Arbër,Gashi,Agim{at},{SCHOOL},4" for at in range(6000))]
    assert clean(tmp_path, *rows).rows == 8 + len(rows)


@pytest.mark.parametrize(
    ("cell", "grade", "as_asked"),
    [("5", 5, True), ("5/2", 5, True), ("5.0", 5, False), ("5,00", 5, False), ("'5", 5, False), ("IX", 9, False),
     ("05-Jan", None, False), ("99", None, True)],
)  # fmt: skip
def test_a_grade_is_read_from_what_a_spreadsheet_made_of_it(cell: str, grade: int | None, as_asked: bool) -> None:
    assert grade_of(cell) == (grade, as_asked)


def test_slips_are_counted_as_damerau_did() -> None:
    assert distance("kitten", "sitting", most=3) == 3
    assert distance("naim", "nami", most=1) == 1
    assert distance("ca", "abc", most=3) == 3  # no part changed twice; 2 if it were
    assert distance("naim", "sami", most=1) is None


def test_a_register_tells_all_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text("id,name,municipality\nS1,,Pejë\nS2,Naim\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        SchoolRegister.read(path)
    assert [problem.key for problem in raised.value.problems] == ["line 2", "line 3"]
