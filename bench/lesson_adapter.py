"""The adapter with which our learners speak to the target of these benchmarks, which knows one request."""

from collections.abc import Sequence

from firstbell.scenarios.accounts import Account
from firstbell.scenarios.adapter import Video
from firstbell.scenarios.reference import ReferenceAdapter
from firstbell.scenarios.visit import Visit

PATH = "/lessons/current"
TOKEN = "b" * 43  # as long as the reference backend's


class LessonAdapter(ReferenceAdapter):
    """Everybody is signed in by any request; polls are the reference backend's."""

    def videos(self, visit: Visit, account: Account) -> Sequence[Video]:
        return [Video(id="none", master_path="/none")]

    def sign_in(self, visit: Visit, account: Account) -> None:
        visit.request("login.profile", "GET", "/me")
        visit.client.set_token(TOKEN)
