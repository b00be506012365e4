"""The one way in which this package compiles a function."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """The function compiled at its first call, without the interpreter's lock, and kept on disk.

    Compiled code may change arrays, but neither make nor return any: that lets it do without numba's reference counts,
    which would cost the event loop three quarters of its speed.

    The code is kept in ``__pycache__`` beside the source; where that is not writable, in the user's cache folder
    (``~/.cache/numba``), and ``NUMBA_CACHE_DIR`` overrules both. Where none of them can be written numba refuses to
    compile, so then it is compiled anew in each process.
    """
    try:
        return cast(Function, njit(cache=True, **_OPTIONS)(function))
    except RuntimeError:
        return cast(Function, njit(**_OPTIONS)(function))
