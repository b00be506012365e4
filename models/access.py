"""What TCP makes of a line: the rate that loss leaves, and the round trips that short downloads wait for.

Rates are bits a second, times seconds.
"""

import math

SEGMENT_BYTES = 1460
"""Payload of a packet of 1,500 bytes (RFC 9293 §3.7.1)."""

INITIAL_WINDOW_BYTES = 10 * SEGMENT_BYTES
"""RFC 6928."""

FIRST_TIMEOUT_S = 1.0
"""After which what was lost is sent again where no later packet tells of it; doubled each time (RFC 6298 §2, §5.5)."""

MOST_TIMEOUTS = 6
"""Linux gives up a connection that isn't answered after as many (tcp_syn_retries)."""

_MATHIS = math.sqrt(3 / 2)


def rate_under_loss(*, round_trip_s: float, loss: float) -> float:
    """The most that one connection carries: MSS/RTT √(3/2p) (Mathis, Semke, Mahdavi & Ott 1997); infinite without loss.

    It holds for random loss up to a few percent, and knows no timeouts.
    """
    if loss <= 0 or round_trip_s <= 0:
        return math.inf
    return 8 * SEGMENT_BYTES / round_trip_s * _MATHIS / math.sqrt(loss)


def download_s(size_bytes: float, *, bits_per_s: float, round_trip_s: float, set_up_round_trips: int = 0) -> float:
    """A download on a quiet line, from asking to its last byte, for a server that answers at once.

    Each window of slow start is followed by a pause until its first acknowledgement is back, as long as windows are
    smaller than what the line holds in a round trip (Kurose & Ross, *Computer Networking*, on TCP's latency).
    """
    left_bytes, window_bytes, took_s = size_bytes, float(INITIAL_WINDOW_BYTES), (1 + set_up_round_trips) * round_trip_s
    holds_bytes = bits_per_s * round_trip_s / 8
    while left_bytes > window_bytes and window_bytes < holds_bytes:
        took_s += max(round_trip_s, 8 * window_bytes / bits_per_s)
        left_bytes -= window_bytes
        window_bytes *= 2
    return took_s + 8 * left_bytes / bits_per_s
