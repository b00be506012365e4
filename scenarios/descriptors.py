"""File descriptors: each learner's connection takes one of its process's."""

import resource
from contextlib import suppress


def raise_descriptor_limit() -> int:
    """Raise this process's soft limit on open files to its hard one, which children inherit; the limit from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):  # a hard limit above fs.nr_open can't be reached: the soft one stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
