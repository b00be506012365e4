"""Where baselines are kept: a folder, or a branch of the repository that is checked out nowhere."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firstbell.models.comparison.digest import Baseline, Digest, read_baseline
from firstbell.models.problems import InputError

_ENDING = ".json"
_AUTHOR = {"GIT_AUTHOR_NAME": "firstbell", "GIT_AUTHOR_EMAIL": "firstbell@localhost"}
_COMMITTER = {"GIT_COMMITTER_NAME": "firstbell", "GIT_COMMITTER_EMAIL": "firstbell@localhost"}


def file_name(runs: Sequence[Digest]) -> str:
    """In the order of time, and by its commit."""
    label = runs[0].label
    moment = re.sub(r"[^0-9T]", "", label.created[:19])
    return f"{moment}-{re.sub(r'[^A-Za-z0-9._-]', '-', label.commit or 'run')[:40]}{_ENDING}"


@dataclass(frozen=True, kw_only=True)
class FolderHistory:
    """A folder of baselines' files."""

    folder: Path

    def states(self) -> list[tuple[Digest, ...]]:
        """Every state that is kept, in the order of time; none where the folder is not there yet."""
        if not self.folder.is_dir():
            return []
        return [read_baseline(path) for path in sorted(self.folder.glob(f"*{_ENDING}"))]

    def keep(self, runs: tuple[Digest, ...]) -> str:
        """Keep one more; where it lies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / file_name(runs)
        Baseline(runs=runs).write(path)
        return str(path)


@dataclass(frozen=True, kw_only=True)
class BranchHistory:
    """A branch that holds nothing but baselines' files; nothing is checked out, and no other branch is touched."""

    branch: str
    repository: Path = Path()

    def states(self) -> list[tuple[Digest, ...]]:
        """Every state that is kept, in the order of time; none where there is no such branch yet."""
        found = []
        with tempfile.TemporaryDirectory(prefix="firstbell-history-") as folder:
            for name in self._names():
                path = Path(folder) / name
                path.write_bytes(self._git("show", f"{self._ref}:{name}"))
                found.append(read_baseline(path))
        return found

    def keep(self, runs: tuple[Digest, ...]) -> str:
        """Commit one more; where it lies."""
        name = file_name(runs)
        with tempfile.TemporaryDirectory(prefix="firstbell-history-") as folder:
            path = Path(folder) / name
            Baseline(runs=runs).write(path)
            blob = self._git("hash-object", "-w", str(path)).decode().strip()
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            parent = self._tip()
            if parent is not None:
                self._git("read-tree", parent, env=index)
            self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", env=index)
            tree = self._git("write-tree", env=index).decode().strip()
        parents = [] if parent is None else ["-p", parent]
        # The branch is never checked out, so that nobody's name need be set up where this runs.
        commit = self._git(
            "commit-tree", tree, *parents, "-m", f"Keep the baseline {name}", env=_AUTHOR | _COMMITTER
        ).decode().strip()  # fmt: skip
        self._git("update-ref", self._ref, commit, *([] if parent is None else [parent]))
        return f"{self.branch}:{name}"

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def _tip(self) -> str | None:
        command = ["git", "rev-parse", "--verify", "--quiet", self._ref]
        done = subprocess.run(command, cwd=self.repository, capture_output=True, check=False)
        return done.stdout.decode().strip() or None

    def _names(self) -> list[str]:
        if self._tip() is None:
            return []
        listed = self._git("ls-tree", "--name-only", "-z", self._ref).decode().split("\0")
        return sorted(name for name in listed if name.endswith(_ENDING))

    def _git(self, *arguments: str, env: dict[str, str] | None = None) -> bytes:
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=self.repository, env={**os.environ, **(env or {})}, capture_output=True,
                check=False,
            )  # fmt: skip
        except FileNotFoundError:
            what, remedy = "there is no git here", "Install git, or keep the history in a folder with --history"
            raise InputError.single(source="--branch", value=self.branch, what=what, remedy=remedy) from None
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise InputError.single(
                source="--branch", value=self.branch, what=f"git says: {' '.join(said) or 'nothing'}",
                remedy="Run this inside the repository, with a branch that is kept for this alone",
            )  # fmt: skip
        return done.stdout
