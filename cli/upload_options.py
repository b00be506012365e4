"""The options that say how the reference backend takes uploads."""

from enum import StrEnum
from typing import Annotated

import typer

from firstbell.fixtures.backend.upload_rules import FAITHFUL, FIXED, OFF, UploadRules
from firstbell.models.workload import Workload


class UploadMode(StrEnum):
    """As the case reports, as it should be, or not at all."""

    FAITHFUL = FAITHFUL
    FIXED = FIXED
    OFF = OFF


Mode = Annotated[
    UploadMode,
    typer.Option("--upload-mode", help="faithful: one large file fails a batch, zip names unreadable; fixed; or off."),
]
Largest = Annotated[int, typer.Option("--upload-largest", metavar="BYTES", help="Largest upload taken.")]
LargestBatch = Annotated[int, typer.Option("--upload-largest-batch", metavar="BYTES", help="Largest batch, or zip.")]
Rate = Annotated[
    float | None,
    typer.Option("--upload-rate", metavar="BITS_PER_S", help="Line that all uploads share; none: as it is."),
]
Cuts = Annotated[float, typer.Option("--upload-cuts", metavar="SHARE", help="Share of transfers cut off on the way.")]
Lag = Annotated[float, typer.Option("--upload-lag", metavar="SECONDS", help="Added to every answer to an upload.")]
Resume = Annotated[bool, typer.Option(help="Keep what came of an upload that was cut off.")]
Encoders = Annotated[int, typer.Option(help="Videos encoded at a time.")]
EncodingSpeed = Annotated[
    float, typer.Option("--encoding-speed", metavar="SECONDS", help="Stated time of encoding a second of video.")
]
DEFAULTS = UploadRules(mode=FIXED)


def upload_rules(workload: Workload, mode: str) -> UploadRules:
    """How the reference backend takes uploads in this mode, where the profile says how they are played."""
    uploads = workload.states.uploads
    if uploads is None:
        return UploadRules()
    largest = int(uploads.largest_bytes.value)
    return UploadRules(
        mode=mode,
        largest_bytes=largest,
        largest_batch_bytes=max(largest, UploadRules.largest_batch_bytes),
        encoders=int(uploads.encoders.value),
        encoding_s_per_video_s=uploads.encoding_s_per_video_s.value,
    )


def command(rules: UploadRules) -> list[str]:
    """The options of the backend's command."""
    if not rules.on:
        return []
    return [
        "--upload-mode", rules.mode, "--upload-largest", str(rules.largest_bytes), "--upload-largest-batch",
        str(rules.largest_batch_bytes), "--encoders", str(rules.encoders), "--encoding-speed",
        str(rules.encoding_s_per_video_s),
    ]  # fmt: skip
