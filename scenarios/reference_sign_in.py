"""Signing in to the reference backend: at its own forms or by its identity provider, with what goes wrong at either.

People mistype their password now and then; the app waits as long as Retry-After says and asks again for the step; who
waits in vain for a code asks for another one. All of it is bounded by the profile (signing_in): at the bound the
sign-in has failed. A refusal that is borne is no failure of the visit: it makes it longer, and stays on record by its
status.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from firstbell.models.workload import Workload
from firstbell.models.workload.sign_in import SigningIn
from firstbell.models.workload.sourced import Sourced
from firstbell.scenarios.accounts import Account
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.http.client import PreparedRequest, Reply
from firstbell.scenarios.visit import BUSY, StepFailedError, Visit

_Answer = TypeVar("_Answer")
_PASSWORDS = 16
_WRONG = 401
_NOT_THERE = 404
_MOST_MISTAKES = 10  # in a row
_SHORT_OF_TIMEOUT_S = 30.0
"""The longest wait for a code in one request: half of what a client lets pass without an answer."""
_CLIENT = "firstbell-portal"
_REDIRECT_URI = "org.shkollat.app:/signed-in"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What the backend tells of how people sign in to it."""

    children_a_phone: int = 1
    by_provider: bool = False

    @classmethod
    def told(cls, reply: Reply) -> "Platform":
        """From its /configuration."""
        told = reply.json()
        children = int(told.get("sign_in", {}).get("children_a_phone", 1))
        return cls(children_a_phone=children, by_provider="identity_provider" in told)


class ReferenceSignIn:
    """Signs accounts in; ``platform`` is what the backend has told of itself."""

    def __init__(self, workload: Workload, chance: Chance) -> None:
        told = workload.signing_in or SigningIn()
        self._chance = chance
        self._failed_share = _value(told.failed_share, 0.0)
        self._repeats = int(_value(told.step_repeats, 0))
        self._repeat_after_s = _value(told.repeat_after_s, 0.0)
        self._patience_s = _value(told.sms_patience_s, 0.0)
        self._codes = int(_value(told.codes, 1))
        self.platform = Platform()

    def sign_in(self, visit: Visit, account: Account) -> str:
        """The platform's token for an account."""
        if self.platform.by_provider:
            return self._by_provider(visit, account)
        code = self._code_by_phone(visit, account) if account.by_phone else self._code_by_digital_id(visit, account)
        return self._ask(visit, "login.token", "POST", "/token", json={"code": code}, read=_text("token"))

    def _code_by_digital_id(self, visit: Visit, account: Account) -> str:
        self._ask(visit, "login.form", "GET", "/login/digital-id", read=_nothing, keep_body=False)
        who = {"username": _contact(account), "password": self._password(account)}
        self._mistype(visit, "/login/digital-id", who)
        return self._ask(visit, "login.credentials", "POST", "/login/digital-id", json=who, read=_text("code"))

    def _code_by_phone(self, visit: Visit, account: Account) -> str:
        self._ask(visit, "login.form", "GET", "/login/phone", read=_nothing, keep_body=False)
        phone = self._phone(account)
        who = {"phone": phone, "password": self._password(account)}
        self._mistype(visit, "/login/phone", who)

        def challenged(step: str) -> str:
            told = self._ask(visit, step, "POST", "/login/phone", json=who, read=_json)
            if "challenge" in told:
                return str(told["challenge"])
            which = {"family": told["family"], "child": account.index}
            return self._ask(visit, "login.child", "POST", "/login/phone/child", json=which, read=_text("challenge"))

        challenge, sent = self._awaited_code(visit, account, phone, challenged, "login.credentials")
        answer = {"challenge": challenge, "code": sent}
        return self._ask(visit, "login.code", "POST", "/login/phone/code", json=answer, read=_text("code"))

    def _by_provider(self, visit: Visit, account: Account) -> str:
        """OpenID Connect's authorization code flow with PKCE, as an app on a phone goes through it."""
        verifier, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(12)
        form = self._ask(visit, "login.authorize", "GET", _authorize(account, verifier, nonce), read=_location)
        self._ask(visit, "login.form", "GET", form, read=_nothing, keep_body=False)
        name = self._phone(account) if account.by_phone else _contact(account)
        who = {"transaction": _of_query(form, "transaction"), "name": name, "password": self._password(account)}
        self._mistype(visit, "/idp/credentials", who)
        known = self._ask(visit, "login.credentials", "POST", "/idp/credentials", json=who, read=_text("transaction"))
        sure = self._verified(visit, account, name, known) if account.by_phone else known
        confirmed = f"/idp/confirmed?transaction={quote(sure)}"
        back = self._ask(visit, "login.confirmed", "GET", confirmed, read=_location)
        asked = {"code": _of_query(back, "code"), "code_verifier": verifier}
        asked |= {"grant_type": "authorization_code", "client_id": _CLIENT, "redirect_uri": _REDIRECT_URI}
        body = urlencode(asked).encode()
        id_token = self._ask(visit, "login.id-token", "POST", "/idp/token", body=body, read=_text("id_token"))
        told = {"id_token": id_token, "nonce": nonce}
        return self._ask(visit, "login.token", "POST", "/token/oidc", json=told, read=_text("token"))

    def _verified(self, visit: Visit, account: Account, phone: str, known: str) -> str:
        which = {"transaction": known, "child": account.index}

        def asked(step: str) -> str:
            return self._ask(visit, step, "POST", "/idp/code", json=which, read=_text("transaction"))

        transaction, sent = self._awaited_code(visit, account, phone, asked, "login.send-code")
        answer = {"transaction": transaction, "code": sent}
        return self._ask(visit, "login.code", "POST", "/idp/code/verify", json=answer, read=_text("transaction"))

    def _awaited_code(
        self, visit: Visit, account: Account, phone: str, ask: Callable[[str], str], step: str
    ) -> tuple[str, str]:
        """Have a code sent and wait for it, so often as people ask; what ``ask`` told of the last, and the code."""
        path = f"/sms/{quote(phone)}?child={account.index}"
        for number in range(self._codes - 1):
            told = ask("login.code-again" if number else step)
            reply = self._looked(visit, path, bearable=(_NOT_THERE,))
            if reply.status != _NOT_THERE:
                return told, _text("code")(reply)
        told = ask("login.code-again" if self._codes > 1 else step)
        return told, _text("code")(self._looked(visit, path, bearable=()))

    def _looked(self, visit: Visit, path: str, bearable: tuple[int, ...]) -> Reply:
        """Look at the phone until the code is there or patience ends."""
        left_s = self._patience_s
        while left_s > _SHORT_OF_TIMEOUT_S:
            piece = visit.client.prepare("GET", f"{path}&wait={_SHORT_OF_TIMEOUT_S:g}")
            reply = visit.send("login.sms", piece, bearable=(_NOT_THERE,))
            if reply.status != _NOT_THERE:
                return reply
            left_s -= _SHORT_OF_TIMEOUT_S
        return visit.send("login.sms", visit.client.prepare("GET", f"{path}&wait={left_s:g}"), bearable=bearable)

    def _mistype(self, visit: Visit, path: str, who: Mapping[str, str]) -> None:
        """Type a wrong password, perhaps, and perhaps again: that it is refused is right."""
        for _ in range(_MOST_MISTAKES):
            if not self._failed_share or self._chance.uniform(0, 1) >= self._failed_share:
                return
            wrong = visit.client.prepare("POST", path, json={**who, "password": who["password"][::-1]})
            self._patiently(visit, "login.mistyped", wrong, refusal=_WRONG)

    def _ask(
        self,
        visit: Visit,
        step: str,
        method: str,
        path: str,
        *,
        read: Callable[[Reply], _Answer],
        json: object | None = None,
        body: bytes | None = None,
        keep_body: bool = True,
    ) -> _Answer:
        """Make a request and read its answer."""
        headers = None if body is None else _FORM
        prepared = visit.client.prepare(method, path, json=json, body=body, headers=headers)
        answers: list[_Answer] = []
        self._patiently(visit, step, prepared, keep_body=keep_body, read=lambda reply: answers.append(read(reply)))
        return answers[-1]

    def _patiently(
        self,
        visit: Visit,
        step: str,
        prepared: PreparedRequest,
        *,
        keep_body: bool = True,
        read: Callable[[Reply], None] | None = None,
        refusal: int = 0,
    ) -> None:
        """Ask, and ask again when the platform says that it may be done; the last refusal is a failure."""
        for _ in range(self._repeats):
            reply = visit.send(
                step, prepared, keep_body=keep_body, read=read, follow_redirects=False, refusal=refusal, bearable=BUSY
            )
            if reply.status not in BUSY:
                return
            wait_s = reply.retry_after_s
            visit.come_back(self._repeat_after_s if wait_s is None else wait_s)
        visit.send(step, prepared, keep_body=keep_body, read=read, follow_redirects=False, refusal=refusal)

    def _phone(self, account: Account) -> str:
        return f"+38340{self._eldest(account):06d}"

    def _password(self, account: Account) -> str:
        number = self._eldest(account) if account.by_phone else account.index
        return f"Pw-{number % _PASSWORDS:02d}-shkolla"

    def _eldest(self, account: Account) -> int:
        """The child whose number a parent's phone has."""
        return account.index - account.index // 2 % self.platform.children_a_phone * 2


def platform_of(visit: Visit) -> Platform:
    """What the platform tells of itself; the usual, where it tells nothing."""
    try:
        return visit.ask("catalogue.configuration", "GET", "/configuration", read=Platform.told)
    except StepFailedError as failure:
        if failure.reply.status != _NOT_THERE:
            raise
        return Platform()


def _authorize(account: Account, verifier: str, nonce: str) -> str:
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": _CLIENT,
        "redirect_uri": _REDIRECT_URI,
        "scope": "openid",
        "state": nonce,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "way": "phone" if account.by_phone else "digital-id",
    }
    return f"/idp/authorize?{urlencode(asked)}"


def _contact(account: Account) -> str:
    return account.user_name or f"learner{account.index:06d}@nxenes.example"


def _value(sourced: Sourced | None, otherwise: float) -> float:
    return otherwise if sourced is None else sourced.value


def _text(key: str) -> Callable[[Reply], str]:
    return lambda reply: str(reply.json()[key])


def _json(reply: Reply) -> Any:
    return reply.json()


def _nothing(_: Reply) -> None:
    return None


def _location(reply: Reply) -> str:
    return reply.headers["location"]


def _of_query(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]
