"""A load generator under way on cores of its own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.target_process import on_cores
from bench.tools.tool import OUTPUT, SEARCHED, Job, Tool, output_of
from firstbell.scenarios.descriptors import raise_descriptor_limit


@contextmanager
def running_tool(tool: Tool, job: Job, folder: Path, cores: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a tool on a job; kill at the end what it has not ended by itself."""
    raise_descriptor_limit()
    command = tool.command(job, folder)
    program = shutil.which(command.arguments[0], path=SEARCHED)
    if program is None:
        raise RuntimeError(f"{tool.name} is not installed: {tool.installed_by}")
    with (folder / OUTPUT).open("wb") as output:
        process = subprocess.Popen(
            [*on_cores(cores), program, *command.arguments[1:]],
            cwd=folder,
            env={**os.environ, **command.environment, "PATH": SEARCHED},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def check_alive(tool: Tool, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Raise RuntimeError with a tool's last words where it has ended early."""
    if process.poll() is not None:
        raise RuntimeError(f"{tool.name} ended early ({process.returncode}): {output_of(folder)[-1500:]}")
