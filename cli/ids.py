"""`firstbell ids`: digital IDs from response sheets to a directory."""

import csv
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from firstbell.cli.failures import told
from firstbell.cli.provisioning import DirectoryClient, User
from firstbell.fixtures.digital_ids.directory import Directory
from firstbell.fixtures.digital_ids.response_sheets import SheetMaker
from firstbell.models.digital_ids import school_data_sync
from firstbell.models.digital_ids.cleaning import Cleaned, cleaned, faulty_rows
from firstbell.models.digital_ids.findings import Finding, counted
from firstbell.models.digital_ids.provisioning import SOURCE, DirectoryLimit
from firstbell.models.digital_ids.schools import SchoolRegister
from firstbell.models.digital_ids.sheets import read_sheet
from firstbell.models.digital_ids.user_names import Account, accounts, by_rule
from firstbell.models.problems import InputError

LEARNERS = 186_200  # digital IDs of students in the case
DOMAIN = "learners.example"
MUST_BE_MENDED = 1
FINDING_HEADINGS = ("fault", "file", "row", "column", "value", "reason", "became")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # cells that a spreadsheet would run: OWASP, CSV injection
GRAPH = DirectoryLimit()

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

ids = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@ids.callback()
def _ids() -> None:
    """Digital IDs: response sheets generated, cleaned, named, and provisioned against a rate limit.

    Example: firstbell ids generate answers && firstbell ids clean answers/sheets --schools answers/schools.csv
    """


@ids.command()
@told()
def generate(
    out: Annotated[Path, typer.Argument(help="A folder for the sheets, the schools and what was planted.")],
    learners: Annotated[int, typer.Option(min=1, help="Synthetic learners.")] = LEARNERS,
    rows_a_sheet: Annotated[int, typer.Option(min=1, help="Learners a sheet, 10,000 to 20,000 in the case.")] = 15_000,
    fault_share: Annotated[
        float, typer.Option(min=0, max=1 / 12, help="Share of rows that get each of the twelve faults; an estimate.")
    ] = 0.004,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same sheets.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Synthetic response sheets with all faults of the case planted, and planted.csv, the list of them.

    Example: firstbell ids generate answers --learners 20000
    """
    if (out / "sheets").exists() and any((out / "sheets").iterdir()):
        remedy = "Choose an empty folder, as its sheets would be cleaned with the new ones."
        raise InputError.single(source="OUT", value=str(out), what="there are sheets in it", remedy=remedy)
    maker = SheetMaker(directory=out, seed=seed, rows_a_sheet=rows_a_sheet, fault_share=fault_share)
    planted = maker.make(learners)
    sheets = len(list((out / "sheets").iterdir()))
    if as_json:
        typer.echo(json.dumps({"learners": learners, "sheets": sheets, "planted": len(planted), "seed": seed}))
    else:
        typer.echo(f"{learners:,} learners in {sheets} sheets under {out / 'sheets'}; {len(planted):,} faults planted.")


@ids.command()
@told()
def clean(
    sheets: Annotated[Path, typer.Argument(help="A folder of response sheets, or one of them.", exists=True)],
    schools: Annotated[Path, typer.Option(help="The register of schools: CSV with id,name,municipality.", exists=True)],
    domain: Annotated[str, typer.Option(help="What stands after the @ of a user name.")] = DOMAIN,
    earlier: Annotated[
        Path | None, typer.Option(help="An earlier users.csv, whose names are kept and not given again.", exists=True)
    ] = None,
    out: Annotated[Path, typer.Option(help="A folder for School Data Sync's files and findings.csv.")] = Path("ids"),
    as_json: AsJson = False,
) -> None:
    """Clean response sheets, name the accounts, and write School Data Sync's files and all that was found.

    Exit code 1 when anything is left that somebody must mend: findings.csv has it with file, row, column and reason.

    Example: firstbell ids clean answers/sheets --schools answers/schools.csv --out ids
    """
    _check_domain(domain)
    register = SchoolRegister.read(schools)
    files = sorted(path for path in sheets.iterdir() if path.is_file()) if sheets.is_dir() else [sheets]
    if not files:
        remedy = "Give the folder that holds them."
        raise InputError.single(source="SHEETS", value=str(sheets), what="there is no sheet in it", remedy=remedy)
    result = cleaned((read_sheet(path) for path in files), register)
    named = accounts(result.people, domain, None if earlier is None else school_data_sync.user_names(earlier))
    school_data_sync.write(school_data_sync.files_of(named), out)
    school_data_sync.read(out)
    _write_findings(out / "findings.csv", result.findings)
    document = _document(len(files), result, named)
    if as_json:
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _show(document, result, out)
    if result.left:
        raise typer.Exit(MUST_BE_MENDED)


@ids.command()
@told()
def provision(
    files: Annotated[Path, typer.Argument(help="The folder of School Data Sync's files.", exists=True)],
    directory: Annotated[
        str | None, typer.Option(help="A stand-in that runs already, http://127.0.0.1:PORT; else one is started.")
    ] = None,
    writes: Annotated[int, typer.Option(min=1, help="Writes in a window of the directory.")] = GRAPH.writes,
    window: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds of a window.")] = GRAPH.window_s,
    most: Annotated[int | None, typer.Option(min=1, help="Only so many of the accounts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the accounts in a stand-in for a directory that limits writes, and hold the time against the formula.

    Exit code 1 when a user was not made; 3 when the directory could not be reached. Users who are there are left.

    Example: firstbell ids provision ids --most 500 --writes 100 --window 2
    """
    rows = school_data_sync.read(files)["users.csv"]
    users = [User(id=key, user_name=name, display_name=f"{given} {family}") for key, name, given, family in rows]
    with _directory(directory, writes, window) as url:
        client = DirectoryClient(url)
        try:
            done = client.provision(users[:most])
        finally:
            client.close()
    requests = done.made + done.there + done.failed
    expected_s = DirectoryLimit(writes=writes, window_s=window).time_s(requests)
    document = {
        "made": done.made, "there_before": done.there, "failed": done.failed, "refused": done.refused,
        "time_s": done.time_s, "at_least_s": expected_s, "waited_s": done.waited_s, "failures": list(done.failures),
        "all_accounts_at_graphs_limit_h": GRAPH.time_s(len(users)) / 3600, "source": SOURCE,
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(document, indent=2))
    else:
        typer.echo(
            f"{done.made:,} made, {done.there:,} there before, {done.failed:,} failed, {done.refused:,} refused for a "
            f"while, in {done.time_s:.1f} s; by the limit at least {expected_s:.1f} s.\n"
            f"All {len(users):,} at the limit of Microsoft Graph: {GRAPH.time_s(len(users)) / 3600:.1f} h at least."
        )
    if done.failed:
        raise typer.Exit(MUST_BE_MENDED)


@contextmanager
def _directory(url: str | None, writes: int, window_s: float) -> Iterator[str]:
    """The address of a running one, or of one that lives as long as this."""
    if url is not None:
        yield url
        return
    server = Directory(writes=writes, window_s=window_s)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _check_domain(domain: str) -> None:
    labels = domain.split(".")
    if len(labels) < 2 or not all(label and label.isascii() and label.replace("-", "a").isalnum() for label in labels):
        remedy = "Give a domain such as learners.example."
        raise InputError.single(source="--domain", value=domain, what="this is no domain", remedy=remedy)


def _document(files: int, result: Cleaned, named: list[Account]) -> dict[str, object]:
    return {
        "sheets": files,
        "rows": result.rows,
        "accounts": len(named),
        "rows_without_account": result.held_back,
        "places_to_mend": len(list(faulty_rows(result.findings))),
        "names_by_rule": {str(rule): number for rule, number in by_rule(named).items()},
        "faults": counted(result.findings),
        "provisioning_h": GRAPH.time_s(len(named)) / 3600,
        "provisioning_source": SOURCE,
    }


def _write_findings(path: Path, findings: Iterable[Finding]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FINDING_HEADINGS)
        for finding in findings:
            writer.writerow([_harmless(getattr(finding, heading)) for heading in FINDING_HEADINGS])


def _harmless(cell: str | int | None) -> str | int | None:
    """What came in a sheet must not run as a formula in the spreadsheet of who mends it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def _show(document: Mapping[str, object], result: Cleaned, out: Path) -> None:
    table = Table("Fault", "Repaired", "Left", box=SIMPLE_HEAD)
    for fault, times in counted(result.findings).items():
        table.add_row(fault, f"{times['repaired']:,}", f"{times['left']:,}")
    Console().print(table)
    typer.echo(
        f"{document['accounts']:,} accounts of {result.rows:,} rows; {document['places_to_mend']:,} places to mend.\n"
        f"Directory writes: {document['provisioning_h']:.1f} h at least ({SOURCE}).\n"
        f"School Data Sync's files and findings.csv are in {out}."
    )
