"""The content that learners are given: the catalogue and its encoding."""

from collections.abc import Mapping

from pydantic import Field

from firstbell.models.workload.sourced import Count, Fraction, Positive, Source, Strict, number_at


class Rung(Strict):
    """One bitrate of the ladder, and the share of viewing time that is spent on it."""

    bits_per_s: float = Field(gt=0)
    share: Fraction


class Ladder(Strict):
    """The renditions of a video, lowest first, with one audio track beside them."""

    rungs: tuple[Rung, ...] = Field(min_length=1)
    rungs_source: Source
    shares_source: Source
    audio_bits_per_s: Positive
    overhead: Positive = Field(description="container and protocol bytes, as a share of the media's")
    segment_s: Positive

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        rungs = data.get("rungs")
        if not isinstance(rungs, list | tuple):
            return []
        rates = [rate for rung in rungs if (rate := number_at(rung, "bits_per_s")) is not None]
        shares = [share for rung in rungs if (share := number_at(rung, "share")) is not None]
        found = []
        if rates != sorted(set(rates)):
            found.append("rungs must be given lowest first, each bitrate once")
        if len(shares) == len(rungs) and abs(sum(shares) - 1) > 1e-6:
            found.append(f"the rungs' shares must add up to 1, not {sum(shares):g}")
        return found

    @property
    def mean_bits_per_s(self) -> float:
        """Mean bitrate delivered to a playing learner: rungs by share, audio and overhead."""
        video = sum(rung.bits_per_s * rung.share for rung in self.rungs)
        return (video + self.audio_bits_per_s.value) * (1 + self.overhead.value)

    @property
    def whole_bits_per_s(self) -> float:
        """Bitrate at which all rungs together are stored."""
        video = sum(rung.bits_per_s for rung in self.rungs)
        return (video + self.audio_bits_per_s.value) * (1 + self.overhead.value)


class Content(Strict):
    """What is stored: originals, their number, and how they are encoded and asked for."""

    videos: Count
    originals_bytes: Positive
    mean_video_s: Positive
    popularity_zipf: Positive
    ladder: Ladder
