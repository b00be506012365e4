"""The limit on open files."""

import subprocess
import sys


def test_the_soft_limit_is_raised_to_the_hard_one_and_children_have_it() -> None:
    script = """
import resource, subprocess, sys
from firstbell.scenarios.descriptors import raise_descriptor_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
print(raise_descriptor_limit() == hard)
child = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
print(int(subprocess.check_output([sys.executable, "-c", child])) == hard)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
