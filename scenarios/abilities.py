"""Which states an adapter can play, asked in a process of its own: adapters load gevent, and the analysis must not."""

import json
import subprocess
import sys
from collections.abc import Sequence

_QUESTION = """
import json, sys
from firstbell.scenarios.adapter import adapter_class
print(json.dumps(sorted(adapter_class(sys.argv[1]).plays)))
"""
_ANSWERS_WITHIN_S = 60


def states_played(adapter: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of ``wanted`` that the adapter has the calls for; none where there is no such adapter: a run tells that."""
    if not wanted:
        return ()
    command = [sys.executable, "-c", _QUESTION, adapter]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ANSWERS_WITHIN_S)
    able = json.loads(asked.stdout) if asked.returncode == 0 else []
    return tuple(state for state in wanted if state in able)
