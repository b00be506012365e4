"""What a number of learners asks of the platform at people's true pace: visits, requests and bits a second.

Formulas read the profile's numbers by key path from arrays (see ``figures.Values``), so that the same line gives the
likely rate and its draws. Rates by state follow from Little's law: learners in the state over the length of its cycle.
"""

from collections.abc import Callable, Mapping

import numpy as np

from firstbell.models.figures import Array, Values, likely_values, stated_names
from firstbell.models.workload.profile import Workload

Rate = Callable[[Values, float], Array]

SEGMENTS_IN_START = 1  # the first segment comes with the start: it makes the first frame
REQUESTS_PER_START = 3  # master playlist, media playlist, first segment


def in_state(values: Values, learners: float, state: str) -> Array:
    """Learners of ``learners`` who are in a state, by its path below ``states``."""
    return learners * values[f"states.{state}.share"]


def playing(values: Values, learners: float) -> Array:
    """Learners whose video plays at a moment: the watching, times view / (view + gap).

    With views of 240 s and gaps of 30 s that is 89 %. Where start-up, stalls and abandoned views take their seconds of
    each cycle it is nearer 85 %; a platform at which nothing stalls must carry the 89 %.
    """
    view, gap = values["states.watching.view_s"], values["states.watching.gap_s"]
    return in_state(values, learners, "watching") * view / (view + gap)


def _login(values: Values, learners: float) -> Array:
    return learners / values["session.length_s"]


def _page(values: Values, learners: float) -> Array:
    return in_state(values, learners, "browsing") / values["states.browsing.think_s"]


def _video_start(values: Values, learners: float) -> Array:
    cycle_s = values["states.watching.view_s"] + values["states.watching.gap_s"]
    return in_state(values, learners, "watching") / cycle_s


def _segment(values: Values, learners: float) -> Array:
    shown = playing(values, learners) / values["content.ladder.segment_s"]
    return np.maximum(shown - SEGMENTS_IN_START * _video_start(values, learners), 0.0)


def _beacon(values: Values, learners: float) -> Array:
    return playing(values, learners) / values["states.watching.beacon_period_s"]


def _answer(values: Values, learners: float) -> Array:
    page_s = (values["states.quiz.page_min_s"] + values["states.quiz.page_max_s"]) / 2
    return in_state(values, learners, "quiz") / page_s


def _whole_quiz(values: Values, learners: float) -> Array:
    return _answer(values, learners) / values["states.quiz.pages"]


def _autosave(values: Values, learners: float) -> Array:
    return in_state(values, learners, "quiz") / values["states.quiz.autosave_period_s"]


def _poll(values: Values, learners: float) -> Array:
    return in_state(values, learners, "lesson") / values["states.lesson.poll_period_s"]


VISITS: Mapping[str, Rate] = {
    "login": _login,
    "page": _page,
    "video_start": _video_start,
    "segment": _segment,
    "beacon": _beacon,
    "quiz_start": _whole_quiz,
    "answer": _answer,
    "autosave": _autosave,
    "submit": _whole_quiz,
    "poll": _poll,
}
ACTIVITIES = tuple(VISITS)


def requests_per_visit(values: Values) -> dict[str, Array]:
    """Requests that one visit of each activity makes.

    A quiz of P pages is P times getting and saving a page. The first get belongs to the start and the last answer has
    no next page to get, so that an answer has 2 − 1/P requests on average.
    """
    one = np.ones(1)
    return {
        **dict.fromkeys(ACTIVITIES, one),
        "login": values["session.requests_per_login"],
        "page": values["states.browsing.requests_per_page"],
        "video_start": REQUESTS_PER_START * one,
        "quiz_start": 2 * one,
        "answer": 2 - 1 / values["states.quiz.pages"],
    }


def stated_visits(values: Values, learners: float, state: str) -> Array:
    """Periods a second of a state that the profile states."""
    return in_state(values, learners, f"stated.{state}") / values[f"states.stated.{state}.period_s"]


def bits_out(values: Values, learners: float) -> dict[str, Array]:
    """Bits a second to the learners, by what they are for; ``discarded`` is video fetched and never shown."""
    video = playing(values, learners) * values["content.ladder.mean_bits_per_s"]
    return {
        "video": video,
        "discarded": video * values["sizing.bandwidth.discarded_share"],
        "pages": 8 * _page(values, learners) * values["states.browsing.page_bytes"],
        **{name: _stated_bits(values, learners, name, "bytes_out") for name in stated_names(values)},
    }


def bits_in(values: Values, learners: float) -> dict[str, Array]:
    """Bits a second from the learners, by stated state; the requests of the others are not counted."""
    return {name: _stated_bits(values, learners, name, "bytes_in") for name in stated_names(values)}


def _stated_bits(values: Values, learners: float, state: str, direction: str) -> Array:
    return 8 * stated_visits(values, learners, state) * values[f"states.stated.{state}.{direction}"]


def activity_rates_per_s(workload: Workload, learners: float) -> dict[str, float]:
    """Visits a second of every activity that the scenarios play, at the true pace."""
    values = likely_values(workload)
    return {name: float(rate(values, learners)[0]) for name, rate in VISITS.items()}


def request_rates_per_s(workload: Workload, learners: float) -> dict[str, float]:
    """Requests a second by activity and by stated state."""
    values = likely_values(workload)
    visits = activity_rates_per_s(workload, learners)
    rates = {name: visits[name] * float(each[0]) for name, each in requests_per_visit(values).items()}
    for name in stated_names(values):
        each = values[f"states.stated.{name}.requests"] * stated_visits(values, learners, name)
        rates[name] = float(each[0])
    return rates


def bits_out_per_s(workload: Workload, learners: float) -> dict[str, float]:
    """Bits a second to the learners at the true bytes, by what they are for."""
    return {name: float(bits[0]) for name, bits in bits_out(likely_values(workload), learners).items()}


def fetched_bits_per_s(workload: Workload, learners: float) -> float:
    """Bits a second of video and of the downloads that a run plays: what it may fetch a declared fraction of."""
    bits = bits_out_per_s(workload, learners)
    return bits["video"] + bits["discarded"] + (bits["download"] if "download" in workload.playable else 0.0)


def bits_in_per_s(workload: Workload, learners: float) -> dict[str, float]:
    """Bits a second from the learners, by stated state."""
    return {name: float(bits[0]) for name, bits in bits_in(likely_values(workload), learners).items()}
