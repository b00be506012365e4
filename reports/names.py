"""What activities, stations and quantities are called in front of people, and what the words mean."""

from collections.abc import Sequence

from firstbell.reports.languages import ENGLISH, Language

_ACTIVITIES = {
    "login": "login",
    "page": "page",
    "video_start": "video start",
    "segment": "video segment",
    "beacon": "progress beacon",
    "quiz_start": "quiz start",
    "answer": "quiz answer",
    "autosave": "quiz autosave",
    "submit": "quiz submit",
    "poll": "lesson poll",
    "download_range": "range of a download",
    "report": "analytics report",
    "upload_file": "upload of a file",
    "upload_batch": "upload of a batch",
    "upload_zip": "upload of a zip",
}

_STATIONS = {
    "auth": "sign-in",
    "app": "application",
    "database": "database",
    "delivery": "delivery",
    "storage": "storage of uploads",
    "encoding": "encoders",
    "edge": "edge cache",
    "host": "whole machine",
}

_KINDS = {
    "warm-up": "warm-up, not used",
    "fit": "for the fit",
    "calibration": "for the fit, with another mix of activities",
    "held-out": "held out of the fit",
    "run": "measured",
}

_GROUPS = {
    "servers": "Servers",
    "storage": "Storage",
    "bandwidth": "Bandwidth",
    "sign-in": "Sign-in",
    "office": "Office service",
    "costs": "Costs",
    "schools": "Schools' lines",
}

_LAYERS = {
    "measurement": "measurement",
    "parameters": "fitted costs",
    "discrepancy": "model error",
    "stated": "stated inputs",
}

LAYER_MEANINGS = {
    "measurement": "what was counted and timed scatters by chance. Longer and more levels lessen it",
    "parameters": "several sets of costs explain the same measurement about as well. Levels with other mixes of "
    "activities lessen it",
    "discrepancy": "what the model missed at levels that it had not seen. A better model lessens it, or levels nearer "
    "to what is asked",
    "stated": "what nobody measured and the profile states with an interval: shares, think times, growth. Watching the "
    "real platform lessens it",
}

ACTIVITY_MEANINGS = {
    "login": "signing in by digital ID or phone number, with one password check; all its requests together",
    "page": "opening a page of the portal with its pictures and scripts",
    "video_start": "from pressing play to the first picture",
    "segment": "fetching the next few seconds of a video",
    "beacon": "the player reports how far the learner has watched",
    "quiz_start": "opening a quiz and its first page",
    "answer": "saving a page of answers and getting the next page",
    "autosave": "answers saved in the background",
    "submit": "handing in a quiz and getting the score",
    "poll": "the open portal asks whether a lesson has begun",
}

GLOSSARY = (
    (
        "95 % interval",
        "The range that holds the true figure in 95 of 100 such studies. “212 (180 to 260)” reads: most "
        "likely 212, and between 180 and 260 unless we are unlucky or an assumption is wrong.",
    ),
    ("Binding constraint", "The requirement that decides a figure. Relax it, and the figure falls."),
    ("Core", "One processor core, of the kind of the machine that was measured."),
    (
        "Edge and origin",
        "The edge is the cache close to learners that serves most video. The origin is the platform "
        "itself, which serves what the edge does not have.",
    ),
    ("Extrapolation", "A statement about a load outside the range that was measured. It rests on the model alone."),
    ("Held-out level", "A measured level that was kept from the fit, so that the prediction could be tested on it."),
    ("Learner", "A simulated person with a session and a connection of their own. No real person’s data was used."),
    (
        "Layers of uncertainty",
        "The four reasons why a figure is not known exactly. Each has its share in the figure’s variance (the mean "
        "square of how far it may be off); the shares add up to 100 %. The largest is where it pays to know more.",
    ),
    ("Level", "A time with a fixed number of learners in session."),
    ("Lateness", "How late the load generator sent requests. High lateness makes a measurement invalid."),
    ("p50, p95", "Half of all response times are below the p50. 95 of 100 are below the p95."),
    ("Pace", "How many times faster than real people the learners think and type. Video plays at true speed."),
    ("Rebuffer ratio", "Time that videos stood still, as a share of playing and standing still."),
    ("Response time", "From the moment that a request was due until its last byte arrived."),
    ("Service demand", "Processor time that one activity needs at one station."),
    ("Sized system", "The system with the quantities of this report bought and in place."),
    (
        "Station",
        "A part of the system at which work can queue. Sign-in checks passwords. The application answers pages "
        "and quizzes. The database keeps what is stored. Delivery sends answers and video over the network.",
    ),
    ("Throughput", "Requests answered in a second."),
    ("Utilisation", "Share of the processor time in use. Near 100 %, queues grow without limit."),
)


def activity_name(activity: str, *, language: Language = ENGLISH) -> str:
    """An activity in words."""
    return language.told(_ACTIVITIES.get(activity, activity.replace("_", " ")))


def station_name(station: str, *, language: Language = ENGLISH) -> str:
    """A station in words."""
    return language.told(_STATIONS.get(station, station.replace("_", " ")))


def layer_name(layer: str, *, language: Language = ENGLISH) -> str:
    """A layer of uncertainty in words."""
    return language.told(_LAYERS[layer])


def kind_name(kind: str, *, language: Language = ENGLISH) -> str:
    """What a level was used for."""
    return language.told(_KINDS.get(kind, kind))


def group_name(group: str, *, language: Language = ENGLISH) -> str:
    """A group of the purchase as a heading."""
    return language.told(_GROUPS.get(group, group.replace("_", " ").capitalize()))


def quantity_name(quantity: str, *, language: Language = ENGLISH) -> str:
    """A checked quantity without its unit: `p95_s` is "p95 response time"."""
    for percentile in ("p50", "p95", "p99"):
        if percentile in quantity:
            return language.text("{percentile} response time", percentile=percentile)
    if quantity == "utilization":
        return language.text("utilisation")
    return language.told(quantity.removesuffix("_per_s").removesuffix("_s").replace("_", " "))


def short_quantity_name(quantity: str, *, language: Language = ENGLISH) -> str:
    """The same where it is clear that percentiles are those of response times."""
    known = (percentile for percentile in ("p50", "p95", "p99") if percentile in quantity)
    return next(known, None) or quantity_name(quantity, language=language)


def quantity_unit(quantity: str) -> str:
    """The unit that a quantity's name carries."""
    if quantity.endswith("_per_s"):
        return "per_s"
    if quantity.endswith("_s"):
        return "s"
    return "ratio" if quantity.endswith(("ratio", "utilization")) else ""


def listed(words: Sequence[str], *, language: Language = ENGLISH) -> str:
    """Several words as an enumeration: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {language.text('and')} {words[-1]}"


def is_p95(quantity: str) -> bool:
    """Whether a checked quantity is a 95th percentile."""
    return "p95" in quantity


def is_throughput(quantity: str) -> bool:
    """Whether a checked quantity is a throughput."""
    return quantity.startswith("throughput")
