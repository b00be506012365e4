"""Questions of ``firstbell solve`` that are no station: what is asked, typed."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LossQuestion:
    """Erlang B with the blocking given: the one of load and servers that is None is asked for."""

    offered_erlangs: float | None
    servers: int | None
    target_blocking: float


@dataclass(frozen=True, kw_only=True)
class ScalabilityQuestion:
    """Measured throughput at numbers of learners, to be fitted by the USL."""

    learners: tuple[float, ...]
    throughput_per_s: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class DemandQuestion:
    """Throughputs (windows × classes) and utilisations (windows), in busy servers, to be told apart into demands."""

    throughput_per_s: tuple[tuple[float, ...], ...]
    utilization: tuple[float, ...]
