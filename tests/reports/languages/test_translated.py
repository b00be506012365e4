"""A report in another language: nothing visible stays English but what is marked as English."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from firstbell.cli.written import DISCIPLINE
from firstbell.models.estimate import Estimate
from firstbell.models.sizing import Assumed, Demands, purchase
from firstbell.models.sizing.prices import read_prices
from firstbell.models.study import SizingRow, Study
from firstbell.models.workload import read_workload
from firstbell.reports.answer import answer_of
from firstbell.reports.html import render_html
from firstbell.reports.languages import language_of, unmarked
from firstbell.reports.markdown import render_markdown
from firstbell.reports.tornado import short_name

FIXTURES = Path(__file__).parents[3] / "fixtures"
PROFILE = FIXTURES / "profiles/kosovo.yaml"
PRICES = read_prices(FIXTURES / "prices/example.yaml")
ENGLISH_WORDS = re.compile(r"\b(the|of|and|is|was|were|with|for|which|learners|level|request)\b", re.IGNORECASE)
# The same in every language: figures with units, percentiles, keys and symbols of formulas, names of things.
SAME = re.compile(
    r"[\W\d_Σ]*|.*\b[a-z]+[._][a-z_.]+.*|(?:[pP](?:50|90|95|99)(?:, )?)+|(?:[\W\d]*(?:m|µ)?s)+"
    r"|[\W\d]*[kMGT]?(?:B|bit)(?:/s)?|[\W\d]*[A-Z]{3}(?:\W[\W\d]*[A-Z]{3})*"
    r"|[A-Z]{1,2}[akc]{0,2}|[akcs]|firstbell.*|kosovo|reference|video|\d\w+"
)
SAME_WORDS = {"sq": {"Formula:"}, "sr": {"Formula:"}}
VOID = {"meta", "br"}
INSIDE = "The measured value lies inside the prediction's interval: so short a look can't tell more."
SCALED_DOWN = (
    "At most 253 learners were in session at once, not 115\u202f000: what they cost was measured and the rest is a "
    "forecast.",
    "Sessions lasted 30 s, not 3000 s, so that enough sign-ins were seen.",
    "Of each video segment 10.0% of the bytes were fetched. The sizing uses the true bytes.",
)
NOT_MEASURED = (
    PRICES.disclaimer,
    "The states download, upload, reports were not played: they enter the sizing with the demands that the profile "
    "states.",
    "The platform did not have its cores for itself: other programs took up to 76% of them, at 98 learners. Its "
    "demands may be overstated.",
)
ADVICE = (
    "At 126 learners X (R + Z) is -49.8% off the learners who were there. Look whether the generator kept its think "
    "times, and leave the level out.",
    "The demands of segment, video_start can hardly be told apart: they came in a nearly fixed mix (condition number "
    "25.2). Their sum is sure, the single figures are not. Measure more mixes.",
)


class Texts(HTMLParser):
    """Every text and label of a page, but those marked as English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[bool] = []
        self.tags: list[str] = []
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "aria-label" and value]
        if tag not in VOID:
            english = dict(attrs).get("lang") == "en" and tag != "html"
            self.inside.append(english or bool(self.inside and self.inside[-1]))
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside.pop()
        self.tags.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.inside[-1] and self.tags[-1] not in ("style", "code", "var", "sub"):
            self.found.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def sizing() -> tuple[SizingRow, ...]:
    """What the shipped profile is really sized to, with demands that a fit might find."""
    cpu_s = {
        (activity, tier): Estimate(low=0.9 * cost_s, likely=cost_s, high=1.2 * cost_s, unit="s", source="stated")
        for activity, tier, cost_s in (
            *(("login", "auth", 0.1), ("page", "app", 0.03), ("submit", "app", 0.02), ("answer", "database", 0.002)),
            *(("segment", "delivery", 0.01), ("poll", "delivery", 0.0003)),
        )
    }
    demands = Demands(cpu_s=cpu_s, source="fitted from 1200 windows of 1 s", measured_cores=2.0)
    return purchase(Assumed.of(read_workload(PROFILE), demands, draws=32, prices=PRICES)).rows


@pytest.fixture(scope="module")
def whole(study: Study, sizing: tuple[SizingRow, ...]) -> Study:
    """The sample study with the shipped profile's rows, and words of its own put into those that models write."""
    checks = tuple(check.model_copy(update={"note": check.note and INSIDE}) for check in study.validation)
    assert study.fit is not None
    assert study.breaking is not None
    return study.model_copy(
        update={
            "sizing": sizing,
            "validation": checks,
            "quick": True,
            "fit": study.fit.model_copy(update={"advice": ADVICE, "discipline": DISCIPLINE["metrics"]}),
            "breaking": study.breaking.model_copy(update={"binding": "login p95, errors"}),
            "scaled_down": SCALED_DOWN,
            "not_measured": NOT_MEASURED,
            "verdict": study.verdict.model_copy(update={"sentence": "Missed: login p95, errors."}),
        }
    )


@pytest.fixture(scope="module")
def english(whole: Study) -> set[str]:
    return set(Texts(render_html(whole)).found)


@pytest.mark.parametrize("code", ["sq", "sr"])
def test_nothing_visible_is_english_but_what_is_marked(whole: Study, english: set[str], code: str) -> None:
    language = language_of(code)
    page = render_html(whole, language=language)
    assert f'<html lang="{language.tag}">' in page
    found = Texts(page).found
    assert sorted({text for text in found if text in english and not SAME.fullmatch(text)} - SAME_WORDS[code]) == []
    assert [text for text in found if ENGLISH_WORDS.search(text)] == []
    assert "\u2063" not in page


@pytest.mark.parametrize("code", ["sq", "sr"])
def test_what_models_say_of_the_shipped_profile_is_translated(sizing: tuple[SizingRow, ...], code: str) -> None:
    told = language_of(code).told
    said = {text for row in sizing for text in (row.title, row.binding, row.formula, row.note)}
    said |= {text for row in sizing for option in row.rejected for text in (option.option, option.reason)}
    said |= {source for row in sizing for one in row.inputs if (source := one.source).startswith("from ")}
    assert len(said) > 120
    assert [text for text in said if told(text) != unmarked(told(text))] == []


@pytest.mark.parametrize("code", ["sq", "sr"])
def test_of_sources_only_what_profile_and_catalogue_say_stays_english(sizing: tuple[SizingRow, ...], code: str) -> None:
    told = language_of(code).told
    said = {text for row in sizing for text in (row.source, *(one.name for one in row.inputs))}
    words = " ".join(path.read_text(encoding="utf-8") for path in (PROFILE, FIXTURES / "prices/example.yaml"))
    english = {part for text in said for part in re.findall("\u2063(.*?)\u2064", told(text))}
    assert [part for part in english if part not in words] == []


@pytest.mark.parametrize("code", ["sq", "sr"])
def test_inputs_of_the_shipped_profile_that_move_a_figure_have_short_names(
    sizing: tuple[SizingRow, ...], code: str
) -> None:
    names = {swing.name for row in sizing for swing in row.swings}
    said = [short_name(name, language=language_of(code)) for name in names]
    assert len(said) > 50
    assert [text for text in said if text != unmarked(text)] == []


@pytest.mark.parametrize("code", ["sq", "sr"])
def test_the_short_report_has_no_english_words_but_those_of_sources(whole: Study, code: str) -> None:
    text = render_markdown(whole, language=language_of(code))
    assert "\u2063" not in text
    assert [line for line in text.splitlines() if ENGLISH_WORDS.search(line)] == [
        line for line in text.splitlines() if whole.concurrent_source in line
    ]


def test_unfinished_black_box_and_invalid_studies_are_told_in_the_language(
    whole: Study, partial_study: Study, invalid_study: Study
) -> None:
    assert whole.fit is not None
    box = whole.model_copy(update={"fit": whole.fit.model_copy(update={"demands_from": "responses"})})
    late = "level of 520 learners: requests began 81 ms late (p99; the limit is 50 ms)"
    invalid = invalid_study.validity.model_copy(update={"reasons": (late,)})
    for each in (partial_study, box, whole.model_copy(update={"validity": invalid})):
        answer = answer_of(each, language=language_of("sr"))
        assert answer.notices
        said = [notice.title for notice in answer.notices] + [r for notice in answer.notices for r in notice.reasons]
        assert [text for text in said if ENGLISH_WORDS.search(text) or text != unmarked(text)] == []
