"""Mail, files and recorded lessons of the accounts: what they are entitled to, and what they are expected to use."""

from pydantic import Field

from firstbell.models.workload.sourced import Count, Positive, Share, Strict


class OfficeAssumptions(Strict):
    """The office service beside the platform. Everybody with a digital ID and every teacher has an account there."""

    mailbox_bytes: Positive = Field(description="what a mailbox may hold")
    mailbox_fill: Share = Field(description="of that, what a mailbox is expected to hold on average")
    drive_bytes: Positive = Field(description="what an account's files may take")
    drive_fill: Share = Field(description="of that, what they are expected to take on average, recordings not counted")
    lesson_learners: Count = Field(
        description="learners of one lesson in Teams, wherever they sit: the more, the fewer lessons are recorded; "
        "those on one school's line are network.class_learners"
    )
    lesson_hours_per_day: Positive = Field(description="of a school day, with as many in lessons as at its peak")
    recorded_share: Share = Field(description="of lessons, those that are recorded for replay")
    recording_bits_per_s: Positive
    recording_kept_days: Positive = Field(description="until a recording is deleted")
