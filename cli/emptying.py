"""The edge of the reference backend is emptied as measuring begins: what the ramp's learners fetched is gone."""

import requests
from rich.console import Console

ANSWERS_WITHIN_S = 5.0


def empty_edge(url: str, console: Console) -> None:
    """Asks the edge of the backend there by PURGE."""
    requests.request("PURGE", url, timeout=ANSWERS_WITHIN_S).raise_for_status()
    console.print("the edge was emptied")
