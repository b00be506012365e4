"""How the reference backend's books call the requests of each step. Only to check a fit against them."""

from collections.abc import Mapping

ROUTES: Mapping[str, tuple[str, ...]] = {
    "login.form": ("login-page-digital-id", "login-page-phone", "idp-form"),
    "login.credentials": ("login-digital-id", "login-phone", "idp-credentials"),
    "login.sms": ("sms",),
    "login.code": ("login-phone-code", "idp-verify"),
    "login.token": ("token", "token-oidc"),
    "login.profile": ("me",),
    "login.mistyped": ("login-digital-id", "login-phone", "idp-credentials"),
    "login.child": ("login-phone-child",),
    "login.send-code": ("idp-send-code",),
    "login.code-again": ("login-phone", "idp-send-code"),
    "login.authorize": ("idp-authorize",),
    "login.confirmed": ("idp-confirmed",),
    "login.id-token": ("idp-token",),
    "page.html": ("courses",),
    "page.asset": ("asset",),
    "video_start.master": ("master-playlist",),
    "video_start.media": ("media-playlist",),
    "video_start.segment": ("segment",),
    "segment.media": ("media-playlist",),
    "segment.get": ("segment",),
    "beacon.post": ("beacon",),
    "quiz_start.attempt": ("quiz-start",),
    "quiz_start.page": ("quiz-page",),
    "answer.save": ("answer",),
    "answer.page": ("quiz-page",),
    "autosave.put": ("autosave",),
    "submit.post": ("submit",),
    "poll.get": ("poll",),
    "publish.put": ("publish",),
}

STATIONS: Mapping[str, tuple[str, ...]] = {
    "login": ("delivery", "app", "auth", "database"),
    "page": ("delivery", "app", "database"),
    "video_start": ("delivery", "app"),
    "segment": ("delivery", "app"),
    "beacon": ("delivery", "app", "database"),
    "quiz_start": ("delivery", "app", "database"),
    "answer": ("delivery", "app", "database"),
    "autosave": ("delivery", "app", "database"),
    "submit": ("delivery", "app", "database"),
    "poll": ("delivery", "app"),
    "publish": ("delivery", "app", "database"),
}
"""The reference backend's stations that each activity visits: its architecture, as its operator would draw it."""
