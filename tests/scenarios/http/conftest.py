from collections.abc import Callable, Iterator

import pytest

from firstbell.scenarios.http.client import Client, Origin
from tests.scenarios.http.scripted_server import Conversation, ScriptedServer

Dial = Callable[..., tuple[ScriptedServer, Client]]


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Starts a server that holds these conversations, and gives it with a client of it; closes both in the end."""
    opened: list[tuple[ScriptedServer, Client]] = []

    def start(*conversations: Conversation, base_path: str = "", **options: object) -> tuple[ScriptedServer, Client]:
        server = ScriptedServer(*conversations).__enter__()
        client = Client(Origin.parse(server.url + base_path), **{"read_timeout_s": 20.0, **options})  # type: ignore[arg-type]
        opened.append((server, client))
        return server, client

    yield start
    for server, client in opened:
        client.close()
        server.__exit__(None, None, None)
