"""What servers of one tier need beside cores: memory, connections that they hold, operations of their disks."""

from collections.abc import Mapping

from pydantic import Field

from firstbell.models.workload.sourced import Count, NotNegative, Positive, Strict


class TierAssumptions(Strict):
    """Whatever is left out is not sized."""

    most_servers: Count | None = Field(default=None, description="that may be in the tier, spare ones counted")
    node_memory_bytes: NotNegative | None = Field(default=None, description="of every server, its own system's")
    core_memory_bytes: NotNegative | None = Field(default=None, description="for each core in service")
    connections_per_learner: Positive | None = Field(default=None, description="held open by a learner in session")
    connections_per_app_core: Positive | None = Field(default=None, description="held open by the application tier")
    connection_memory_bytes: NotNegative | None = Field(default=None, description="for each of these connections")
    operations_per_durable_write: Positive | None = Field(default=None, description="of the disk; each server does all")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        counted = ("connections_per_learner", "connections_per_app_core")
        if data.get("connection_memory_bytes") is None or any(data.get(name) is not None for name in counted):
            return []
        return [f"connection_memory_bytes needs a number of connections: {' or '.join(counted)}"]
