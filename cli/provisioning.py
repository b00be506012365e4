"""Making users in a directory over HTTP, one after another, as fast as it lets them pass."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit

from firstbell.models.problems import InputError
from firstbell.scenarios.launch import UnreachableError

ANSWER_S = 30.0
TRIES = 4  # of one request over lines that break
REFUSALS_IN_A_ROW = 20  # then the directory lets nothing pass at all
LONGEST_WAIT_S = 600.0
MOST_TOLD = 20


@dataclass(frozen=True, kw_only=True)
class User:
    id: str
    user_name: str
    display_name: str

    def body(self) -> bytes:
        words = {
            "accountEnabled": "true", "userPrincipalName": self.user_name, "displayName": self.display_name,
            "mailNickname": self.user_name.partition("@")[0], "employeeId": self.id,
        }  # fmt: skip
        return json.dumps(words).encode()


@dataclass(kw_only=True)
class Provisioned:
    """What came of it. ``there`` were in the directory before, as after a run that was cut off."""

    made: int = 0
    there: int = 0
    refused: int = 0
    waited_s: float = 0.0
    time_s: float = 0.0
    failed: int = 0
    failures: tuple[str, ...] = ()


class DirectoryClient:
    """One connection to a directory on this machine; opened again when it breaks."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not (parts.hostname or "").startswith("127."):
            remedy = "Give an address of this machine, http://127.0.0.1:PORT; real directories are never loaded."
            raise InputError.single(source="--directory", value=url, what="this is no stand-in", remedy=remedy)
        self._url = url
        self._connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=ANSWER_S)

    def close(self) -> None:
        self._connection.close()

    def provision(self, users: Iterable[User]) -> Provisioned:
        """Make each user once: who is there already under the same id is left, another of the same name is told."""
        done = Provisioned()
        began_s = time.monotonic()
        for user in users:
            self._make(user, done)
        done.time_s = time.monotonic() - began_s
        return done

    def _make(self, user: User, done: Provisioned) -> None:
        for _ in range(REFUSALS_IN_A_ROW):
            status, content, wait_s = self._request("POST", "/v1.0/users", user.body())
            if status == 201:
                done.made += 1
                return
            if status != 429:
                self._not_made(user, status, content, done)
                return
            done.refused += 1
            done.waited_s += wait_s
            time.sleep(wait_s)
        raise self._unreachable(f"it refused one user {REFUSALS_IN_A_ROW} times, although Retry-After was kept")

    def _not_made(self, user: User, status: int, content: bytes, done: Provisioned) -> None:
        found, held, _ = self._request("GET", f"/v1.0/users/{quote(user.user_name)}", None)
        if found == 200 and json.loads(held).get("employeeId") == user.id:
            done.there += 1
            return
        done.failed += 1
        if len(done.failures) < MOST_TOLD:
            done.failures += (f"{user.id}: {status} {content.decode(errors='replace')[:200]}",)

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes, float]:
        """Status, content and the seconds of Retry-After. After a broken line it is sent again: names are unique."""
        for attempt in range(TRIES):
            try:
                self._connection.request(method, path, body, {"Content-Type": "application/json"})
                answer = self._connection.getresponse()
                return answer.status, answer.read(), _retry_after_s(answer.getheader("Retry-After"))
            except (OSError, HTTPException) as error:
                self._connection.close()
                if attempt == TRIES - 1:
                    raise self._unreachable(f"it can't be reached: {error}") from error
                time.sleep(0.1 * 2**attempt)
        raise AssertionError("each try returns or raises")

    def _unreachable(self, what: str) -> UnreachableError:
        remedy = "Start it, or leave --directory out; users that were made stay, and are found when it is run again."
        return UnreachableError.single(source="--directory", value=self._url, what=what, remedy=remedy)


def _retry_after_s(header: str | None) -> float:
    try:
        return min(max(float(header or 1), 0.0), LONGEST_WAIT_S)
    except ValueError:  # a date, which the stand-in never sends
        return 1.0
