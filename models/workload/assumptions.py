"""What the sizing assumes and no measurement can tell: margins, copies, growth, caches."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from firstbell.models.workload.correlations import Correlation
from firstbell.models.workload.office import OfficeAssumptions
from firstbell.models.workload.sourced import Count, NotNegative, Positive, Share, Source, Strict, number_at
from firstbell.models.workload.tier import TierAssumptions

Tier = Literal["auth", "app", "database", "delivery"]


class Objective(Strict):
    """What must hold: a percentile of an activity's response time, or a ratio, at most ``limit``."""

    name: str
    measure: Literal["response_s", "startup_s", "error_ratio", "rebuffer_ratio"]
    activity: str | None = None
    percentile: float | None = Field(default=None, gt=0, lt=100)
    limit: float = Field(gt=0)
    source: Source

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        found = []
        if str(data.get("measure")).endswith("_s") and data.get("percentile") is None:
            found.append("a time needs a percentile, say percentile: 95")
        if data.get("measure") == "response_s" and data.get("activity") is None:
            found.append("a response time needs an activity, say activity: login")
        return found


class ServerAssumptions(Strict):
    """How servers are filled and grouped."""

    max_utilization: Share
    cores_per_node: Count
    spare_nodes: Count
    node_line_bits_per_s: Positive | None = Field(
        default=None, description="network line of one server; none: no limit"
    )
    tiers: dict[Tier, TierAssumptions] | None = Field(default=None, description="what they need beside cores")


class StorageAssumptions(Strict):
    """How often each byte is kept, and how the stock grows."""

    instances: Count
    copies: Positive = Field(description="raw bytes for each byte kept: 3 for three copies, 1.375 for RS(8+3)")
    backups: NotNegative = Field(description="further whole copies of the originals, outside the instances")
    growth_per_year: Share
    years: Count
    fill_limit: Share


class BandwidthAssumptions(Strict):
    """How much of the traffic an edge takes from the origin's shoulders, and what headroom the lines keep."""

    edge_hit_ratio: Share
    discarded_share: Share = Field(description="bytes fetched by players and never shown, over those shown")
    headroom: Share
    mirror_bits_per_s: Positive


class MirrorAssumptions(Strict):
    """What a mirror between the content instances would have to bring over, and how it would go."""

    items_per_day: Positive = Field(description="new items on a day on which there are any")
    published_within_s: Positive = Field(description="the hours of such a day, in which they are published evenly")
    item_bytes_cv: NotNegative = Field(description="coefficient of variation of an item's bytes")
    lag_s: NotNegative = Field(description="time from publishing an item until it may be copied")
    failure_share: Share = Field(description="of copies; a copy that is cut begins again")
    backoff_s: NotNegative = Field(description="pause after the first cut, which doubles with each further one")
    by_hand_after_s: Positive = Field(description="without a mirror: until somebody has uploaded the item again")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        share = number_at(data, "failure_share")
        return ["failure_share must lie below 1: no copy ever arrives"] if share is not None and share >= 1 else []


class FirstBell(Strict):
    """The sign-in burst when the first lesson starts or power returns: normal around one moment."""

    logins: Count
    sigma_s: Positive


class IdentityProvider(Strict):
    """A sign-in service outside the platform, which limits the requests a second of each tenant, and those of each
    address in a window: that of a school, behind which all its learners are."""

    requests_per_s: Positive
    requests_per_digital_id_login: Positive
    requests_per_phone_login: Positive
    address_requests: Count | None = Field(default=None, description="allowed to one address in a window")
    address_window_s: Positive | None = Field(default=None, description="that window, from the first request on")
    school_learners: Count | None = Field(default=None, description="who sign in together from their school's address")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        together = ("address_requests", "address_window_s", "school_learners")
        given = [name for name in together if data.get(name) is not None]
        found = [] if len(given) in (0, len(together)) else [f"{', '.join(together)} go together: give all or none"]
        return found + [f"{name} must be 1 at least" for name in given if (number_at(data, name) or 0) < 1]


class SizingAssumptions(Strict):
    """All that the sizing assumes."""

    servers: ServerAssumptions
    storage: StorageAssumptions
    bandwidth: BandwidthAssumptions
    first_bell: FirstBell
    identity_provider: IdentityProvider | None = None
    mirror: MirrorAssumptions | None = None
    correlations: tuple[Correlation, ...] = Field(default=(), description="inputs that go together; others don't")
    office: OfficeAssumptions | None = Field(default=None, description="mail, files and recordings; none: not told")


class StudyPlan(Strict):
    """How a study measures: none of this changes what is forecast, all of it is told in the report."""

    pace: float = Field(gt=0, description="people's clocks run this much faster while measuring; players never do")
    session_s: float = Field(gt=0, description="session length while measuring, before the pace")
    fit_loads: tuple[float, ...] = Field(min_length=2, description="levels used for the fit, as shares of saturation")
    held_out_loads: tuple[float, ...] = Field(min_length=2, description="levels kept for the check, highest of all")
    legs: int = Field(ge=1, description="how often the levels are gone through, up and down in turn")
    hold_s: float = Field(gt=0, description="time at each level used for the fit, all legs together")
    held_out_hold_s: float = Field(gt=0, description="time at each level kept for the check, all legs together")
    source: Source
