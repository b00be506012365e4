"""Loading somebody's servers needs a decision, not a slip: the host has to be typed out."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from firstbell.models.problems import InputError, Problem
from firstbell.scenarios import variables


class ConsentMissingError(InputError):
    """A target other than this machine was not confirmed."""

    exit_code = 3


def url_parts(target: str) -> SplitResult:
    """A target's parts; raise InputError where it is no address of a web server."""
    try:
        parts = urlsplit(target)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed:
        remedy = "Write it like http://127.0.0.1:8000"
        raise InputError.single(source="target", value=target, what="this is not an address", remedy=remedy)
    return parts


def check_consent(origin: str, confirmed_host: str | None) -> None:
    """Raise ConsentMissingError unless the origin is loopback or its host was typed out."""
    host = (url_parts(origin).hostname or "").lower()
    if is_loopback(host) or (confirmed_host or "").strip().lower() == host != "":
        return
    shown = host or "its host"
    raise ConsentMissingError(
        [
            Problem(
                source="target",
                key=None,
                value=repr(origin),
                what="a target other than this machine is loaded only after its host was typed out",
                remedy=f"If its owner agrees, give {shown} as --confirm-host or in {variables.CONFIRM_HOST}",
            )
        ]
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine for certain; names other than localhost are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
