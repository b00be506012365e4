"""How people sign in, where it goes less smoothly than at once, each with an account of their own."""

from collections.abc import Mapping

from pydantic import Field

from firstbell.models.workload.sourced import Count, NotNegative, Positive, Share, Strict, number_at


class SigningIn(Strict):
    """What is left out does not happen; people who are refused for ever then try for ever."""

    failed_share: Share | None = Field(default=None, description="of all passwords that are typed, the wrong ones")
    tries: Count | None = Field(
        default=None, description="sign-ins in vain after which somebody gives up for a session"
    )
    step_repeats: Count | None = Field(
        default=None,
        description="how often the app asks again for a step that was refused with Retry-After; then people begin anew",
    )
    repeat_after_s: Positive | None = Field(
        default=None, description="wait before asking again where no Retry-After says how long"
    )
    children_a_phone: Count | None = Field(default=None, description="learners who sign in by one parent's phone")
    sms_patience_s: Positive | None = Field(default=None, description="wait for a code, then another one is asked for")
    codes: Count | None = Field(default=None, description="codes that somebody asks for in one sign-in")
    reload_after_s: Positive | None = Field(
        default=None, description="wait for an answer, then people begin anew; what they asked for is worked off still"
    )
    reload_pause_s: NotNegative | None = Field(
        default=None, description="pause before that, doubled with each further try and spread by lot; none: at once"
    )
    learners_a_school: Count | None = Field(default=None, description="who come from one address, their school's")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        found = []
        share = number_at(data, "failed_share")
        if share is not None and share >= 1:
            found.append("failed_share must lie below 1: nobody ever types the right password")
        found += [
            f"{name} must be 1 at least"
            for name in ("tries", "codes", "children_a_phone", "learners_a_school")
            if (number := number_at(data, name)) is not None and number < 1
        ]
        if data.get("reload_pause_s") is not None and data.get("reload_after_s") is None:
            found.append("reload_pause_s goes with reload_after_s: nobody begins anew else")
        return found
