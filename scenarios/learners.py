"""The learners of the profile's mix, one Locust user class for each state."""

from firstbell.scenarios.browse import browse
from firstbell.scenarios.download import download
from firstbell.scenarios.learner import Learner
from firstbell.scenarios.lesson import attend
from firstbell.scenarios.quiz import take_quizzes
from firstbell.scenarios.report import read_reports
from firstbell.scenarios.stream import watch
from firstbell.scenarios.upload import upload

__all__ = ["Browser", "Downloader", "LessonAttender", "QuizTaker", "ReportReader", "Uploader", "Watcher"]


class Watcher(Learner):
    """Watches videos."""

    state = "watching"

    def act(self, since_s: float) -> None:
        watch(self, since_s)


class Browser(Learner):
    """Looks through the catalogue."""

    state = "browsing"

    def act(self, since_s: float) -> None:
        browse(self, since_s)


class QuizTaker(Learner):
    """Takes quizzes."""

    state = "quiz"

    def act(self, since_s: float) -> None:
        take_quizzes(self, since_s)


class LessonAttender(Learner):
    """Sits in a Teams lesson with the portal open beside it."""

    state = "lesson"

    def act(self, since_s: float) -> None:
        attend(self, since_s)


class Uploader(Learner):
    """Uploads files, batches and zips, where the profile says how."""

    state = "upload"

    def act(self, since_s: float) -> None:
        upload(self, since_s)


class Downloader(Learner):
    """Downloads items to use them offline, where the profile says how."""

    state = "download"

    def act(self, since_s: float) -> None:
        download(self, since_s)


class ReportReader(Learner):
    """Looks at reports on what pupils learn, where the profile says which."""

    state = "reports"

    def act(self, since_s: float) -> None:
        read_reports(self, since_s)
