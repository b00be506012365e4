"""The environment variables by which a Locust process gets its orders."""

PLAN = "FIRSTBELL_PLAN"
"""Path of the plan; without it Locust's own options rule."""

RUN = "FIRSTBELL_RUN"
"""The folder of the record; without it nothing is recorded."""

WORKLOAD = "FIRSTBELL_WORKLOAD"
"""Path of the profile, where there is no plan."""

ADAPTER = "FIRSTBELL_ADAPTER"
"""The target's adapter, where there is no plan."""

CONFIRM_HOST = "FIRSTBELL_CONFIRM_HOST"
"""The target's host, typed out by whoever may have it loaded."""
