"""One TLS context for all learners of a process: a context of one's own costs each learner 800 kB."""

import ssl
from functools import cache


@cache
def shared_context(*, verify: bool = True, authorities: str | None = None) -> ssl.SSLContext:
    """The process's one client context for these settings; the same object at every call.

    ``authorities`` is a PEM file of certificates to trust instead of the system's. ``verify=False`` takes any.
    Call it after Locust's monkey-patching, never at import.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.set_alpn_protocols(["http/1.1"])
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
