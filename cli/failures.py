"""What a failure looks like at the terminal: sentences on standard error and an exit code, never a traceback."""

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import typer

from firstbell.models.problems import InputError

WRONG_INPUT = 2
INVALID_MEASUREMENT = 3
DEFECT = 70  # EX_SOFTWARE of BSD's sysexits: never taken for a verdict
INTERRUPTED = 130  # 128 + SIGINT, as shells count
PIPE_CLOSED = 141  # 128 + SIGPIPE

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_OURS_TO_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOENT)


@contextmanager
def told() -> Iterator[None]:
    """Turn every exception into words and an exit code; typer's own, such as wrong usage, are left to typer."""
    try:
        yield
    except InputError as error:
        _leave(_listed(error), code=error.exit_code)
    except KeyboardInterrupt:
        _leave("firstbell: interrupted; what was written up to here can be read.", code=INTERRUPTED)
    except BrokenPipeError:
        _leave_quietly()
    except OSError as error:
        _leave(*_of_the_system(error))
    except Exception as error:
        if _is_typers(error):
            raise
        _leave(_defect(error), code=DEFECT)


def _listed(error: InputError) -> str:
    count = len(error.problems)
    head = f"firstbell: {count} {'problem' if count == 1 else 'problems'} in the input"
    return "\n".join([head, *(f"  • {_one_line(str(problem))}" for problem in error.problems)])


def _of_the_system(error: OSError) -> tuple[str, int]:
    place = "" if error.filename is None else f" ({error.filename})"
    if error.errno in DISK_FULL:
        return f"firstbell: the disk is full{place}; make room and run it again.", INVALID_MEASUREMENT
    if error.errno in NOT_OURS_TO_WRITE and error.filename is not None:
        return f"firstbell: {error.filename}: {error.strerror}. Choose another place, or mend its rights.", WRONG_INPUT
    return _defect(error), DEFECT


def _defect(error: Exception) -> str:
    what = _one_line(f"{type(error).__name__}: {error}")
    return f"firstbell: this is a defect of firstbell: {what}; {_details()}"


def _details() -> str:
    """Write the traceback where it is out of the way, and say where that is."""
    try:
        handle, name = tempfile.mkstemp(prefix="firstbell-defect-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            traceback.print_exc(file=file)
    except OSError:
        return "its details could not be written, for the temporary directory can't be used"
    return f"details in {name}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_typers(error: Exception) -> bool:
    # The classes behind typer's usage errors moved between its versions; each says its own exit code.
    return isinstance(error, typer.Exit | typer.Abort) or hasattr(error, "exit_code")


def _leave(message: str, code: int) -> NoReturn:
    with suppress(OSError):
        print(message, file=sys.stderr)
    raise SystemExit(code) from None


def _leave_quietly() -> NoReturn:
    # The reader of a pipe has gone, as in `firstbell solve FILE | head`. Python would complain once more at its end.
    with suppress(OSError, ValueError):
        os.dup2(os.open(Path(os.devnull), os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(PIPE_CLOSED) from None
