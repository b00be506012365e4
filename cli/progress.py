"""A long run on the terminal: a bar with the time left, the level and the learners in session."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from firstbell.scenarios.launch import Progress as RunProgress
from firstbell.scenarios.launch import RunningLoad


def follow(running: RunningLoad, words: str, console: Console, *meanwhile: Callable[[], object]) -> None:
    """Follow a run to its end, doing something ``meanwhile`` at each look, several times a second.

    Ctrl-C ends the run early and leaves a readable record.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[learners]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(words, total=running.plan.duration_s, learners="")

        def show(state: RunProgress) -> None:
            learners = "" if state.learners is None else f"{state.learners} learners"
            bar.update(task, completed=state.elapsed_s, learners=learners)
            for each in meanwhile:
                each()

        running.wait(show)
