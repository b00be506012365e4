"""What uploads ask for beside their line: the time to fill the catalogue, and encoders for the videos among them."""

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.sizing.bandwidth import ingest_line_bits_per_s
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, figure_terms
from firstbell.models.study import Rejected
from firstbell.models.traffic import stated_visits

_GROUP = "bandwidth"
_ENCODING = "servers"
_PLAYED = "states.uploads"
_STATE = "states.stated.upload"


def fill_s(values: Values, learners: float) -> Array:
    """Time to bring all originals in over a line that is as wide as the day's uploads ask for."""
    return values["content.originals_bytes"] * 8 / ingest_line_bits_per_s(values, learners)


def video_bits_per_s(values: Values) -> Array:
    """Bitrate of the originals: a second of an uploaded video has so many bits."""
    played_s = values["content.videos"] * values["content.mean_video_s"]
    return values["content.originals_bytes"] * 8 / played_s


def busy_encoders(values: Values, learners: float) -> Array:
    """Encoders that the uploads of the day's peak keep busy; zips are taken to hold documents."""
    video_bytes = values[f"{_STATE}.bytes_in"] * values[f"{_PLAYED}.video_share"] * (1 - values[f"{_PLAYED}.zip_share"])
    video_s = stated_visits(values, learners, "upload") * video_bytes * 8 / video_bits_per_s(values)
    return video_s * values[f"{_PLAYED}.encoding_s_per_video_s"]


def encoders(values: Values, learners: float) -> Array:
    """The same, filled as servers may be."""
    return np.maximum(np.ceil(busy_encoders(values, learners) / values["sizing.servers.max_utilization"]), 1.0)


def encode_all_s(values: Values, learners: float) -> Array:
    """Time in which those encoders encode every original."""
    played_s = values["content.videos"] * values["content.mean_video_s"]
    return played_s * values[f"{_PLAYED}.encoding_s_per_video_s"] / encoders(values, learners)


def upload_rows(case: Case) -> list[Row]:
    """Nothing where nobody uploads; encoders only where the profile says what is uploaded."""
    if f"{_STATE}.share" not in case.values or not np.all(ingest_line_bits_per_s(case.values, case.learners) > 0):
        return []
    rows = [_fill(case)]
    if f"{_PLAYED}.video_share" in case.values:
        rows += [_encoders(case), _encode_all(case)]
    return rows


def _fill(case: Case) -> Row:
    reading = case.reading()
    values = fill_s(reading, case.learners)
    line = Line(
        group=_GROUP,
        item="ingest_fill_s",
        title="Time to upload all originals over the line for uploads",
        unit="s",
        formula="originals × 8 ÷ line for uploads",
        binding="line for uploads, with nothing else on it",
        source="content of the profile, and what its uploads ask for at the day's peak",
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _encoders(case: Case) -> Row:
    reading = case.reading()
    values = encoders(reading, case.learners)
    busy = float(busy_encoders(case.values, case.learners)[0])
    rejected = Rejected(option=f"{busy:.1f} encoders, all of them busy", reason="their queue would never end")
    line = Line(
        group=_ENCODING,
        item="encoders",
        title="Encoders, day's peak",
        unit="encoders",
        formula="uploads/s × bytes_in × video_share × (1 − zip_share) × 8 ÷ bitrate of the originals"
        " × encoding_s_per_video_s ÷ max_utilization",
        binding="videos among the uploads",
        source="uploads as the profile has them; the time of encoding is stated, not measured",
        rejected=(rejected,),
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _encode_all(case: Case) -> Row:
    reading = case.reading()
    values = encode_all_s(reading, case.learners)
    line = Line(
        group=_ENCODING,
        item="encode_originals_s",
        title="Time to encode all originals with those encoders",
        unit="s",
        formula="videos × mean_video_s × encoding_s_per_video_s ÷ encoders",
        binding="encoders, with nothing else to do",
        source="content of the profile; the time of encoding is stated, not measured",
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))
