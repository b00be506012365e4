"""The option --accounts: accounts from cleaned digital IDs feed a run's learners."""

from pathlib import Path

from firstbell.models.digital_ids import school_data_sync
from firstbell.models.problems import InputError

_KEY = "--accounts"


def check_accounts(folder: Path | None, needed: int, *, beside: bool) -> None:
    """Raise InputError where the folder's files don't do for so many accounts, of which every other is a digital ID."""
    if folder is None:
        return
    if not beside:
        what, remedy = "only the reference backend is filled with accounts", "Leave it out, or leave --target out"
        raise InputError.single(source="firstbell run", key=_KEY, value=str(folder), what=what, remedy=remedy)
    users = len(school_data_sync.read(folder)["users.csv"])
    least = (needed + 1) // 2
    if users < least:
        what = f"it has {users} users, and this run may need {least}"
        remedy = "Ask for fewer learners, or for more response sheets: firstbell ids generate --learners"
        raise InputError.single(source="firstbell run", key=_KEY, value=str(folder), what=what, remedy=remedy)
