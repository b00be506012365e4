"""The `firstbell` command: one file a subcommand, each imported only when it is called for."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from firstbell.cli.failures import told

# What the overview says of each subcommand. Its function has the same name as its module here.
COMMANDS = {
    "study": "The whole road: load a platform, fit, check, forecast, size, report.",
    "run": "Only the load; writes a run record.",
    "fit": "A run's record to a fitted model.",
    "forecast": "A fitted model to response times and utilisations at any number of learners.",
    "burst": "A calm run's record to how long people wait to sign in when all come at once.",
    "size": "What must be bought, from a model or from the profile's stated demands.",
    "solve": "Any queueing model, from a YAML or JSON file.",
    "report": "Render a study again from what is on disk.",
    "gate": "The verdict for continuous integration: objectives, and what got worse than a baseline.",
    "compare": "What changed from one run to another, and how sure that is.",
    "baseline": "Keep a run to compare with, and show how runs went over time.",
    "pair": "Two platforms loaded side by side, to be compared.",
    "doctor": "Before a run: how many learners this machine carries, and what to change.",
    "serve": "The reference backend, to be loaded.",
    "ids": "Digital IDs: response sheets generated, cleaned, named, and provisioned against a rate limit.",
    "init": "Write a commented workload profile to start from.",
}
EXIT_CODES = (
    "Exit codes: 0 it holds · 1 it falls short · 2 the input is wrong · 3 the measurement is invalid · "
    "70 a defect of firstbell · 130 interrupted"
)
# The subcommand reads its own options, `--help` among them.
PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    with told():
        application()(prog_name="firstbell")


def application() -> typer.Typer:
    """The command with all its subcommands, none of them imported yet, so that `--help` is quick."""
    app = typer.Typer(
        name="firstbell", callback=_firstbell, epilog=EXIT_CODES,
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    )  # fmt: skip
    for name, summary in COMMANDS.items():
        app.command(name, short_help=summary, context_settings=PASSED_ON)(_subcommand)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"firstbell {version('firstbell')}")
        raise typer.Exit


def _firstbell(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Will the platform hold when the first bell rings, and if not, what must be bought?

    Start with `firstbell study`; each command shows an example: `firstbell size --help`.
    """


def _subcommand(context: typer.Context) -> None:
    name = str(context.info_name)
    with told():
        function = getattr(import_module(f"firstbell.cli.{name}"), name)
    if isinstance(function, typer.Typer):
        function(context.args, prog_name=f"firstbell {name}")
        return
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name)(told()(function))
    single(context.args, prog_name=f"firstbell {name}")
