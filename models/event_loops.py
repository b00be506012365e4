"""Event loops on shared cores: how they are scheduled, and how requests in company get cheaper.

A loop's turn takes all requests that are ready. What a turn costs once (being woken, asking what is ready) is shared by
them, and a loop that is seldom idle, since it waits for a core or is at work, has many at a time: the front of the
platform, which reads and writes sockets, takes up to a third less processor time for a request near saturation. Levels
of a fit hardly tell, for there most requests come alone. Both figures are measured: docs/calibration.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbell.models.fitted_model import FRONT, FittedModel, ThreadPool
from firstbell.models.measurement import Windows

Floats = NDArray[np.float64]

PREFERENCE = 1.2
"""So much of a core that is short does a loop's thread get for what another one gets (``simulation.system.Host``)."""
_A_TURN = 0.3  # share of what the front takes for a request that comes alone which is a turn's


def share_in_company(company: ArrayLike) -> Floats:
    """What the front takes for a request, over what it takes for one that comes alone.

    ``company`` is the chance that a request finds its loop at work or waiting for a core.
    """
    return np.asarray(1 - _A_TURN * np.asarray(company, dtype=float))


def company(loop_cores: ArrayLike, used_cores: ArrayLike, *, loops: int, cores: float) -> Floats:
    """The chance that a request finds its loop busy; ``loop_cores`` all loops use, ``used_cores`` everybody.

    What a loop does takes longer as the cores are shared, as under processor sharing (Kleinrock 1976).
    """
    busy = np.clip(np.asarray(used_cores, dtype=float) / cores, 0.0, 0.99)
    waiting = np.asarray(loop_cores, dtype=float) / loops * (1 + busy**cores / (1 - busy))
    return np.asarray(waiting / (1 + waiting))


def as_if_alone(windows: Windows, pools: Sequence[ThreadPool], cores: float) -> Windows:
    """The windows with what the front would have used had all requests come alone."""
    loop = _loop_of(pools)
    if loop is None or FRONT not in windows.stations:
        return windows
    found = _company_of(loop, dict(zip(windows.stations, windows.cores.T, strict=True)), cores)
    alone = windows.cores.copy()
    alone[:, windows.stations.index(FRONT)] /= share_in_company(found)
    return replace(windows, cores=alone)


def in_company(model: FittedModel, station_cores: Mapping[str, float]) -> FittedModel:
    """The model whose requests come as often in company as they do while each station uses so many cores."""
    loop = _loop_of(model.pools)
    if loop is None:
        return model
    factor = float(share_in_company(_company_of(loop, station_cores, model.cores)))
    return model.times(tuple(factor if station == FRONT else 1.0 for station in model.stations))


def _loop_of(pools: Sequence[ThreadPool]) -> ThreadPool | None:
    return next((pool for pool in pools if pool.is_event_loop), None)


def _company_of(loop: ThreadPool, station_cores: Mapping[str, Floats] | Mapping[str, float], cores: float) -> Floats:
    own = sum((np.asarray(station_cores[station]) for station in loop.stations), np.zeros(()))
    used = sum((np.asarray(each) for each in station_cores.values()), np.zeros(()))
    return company(own, used, loops=loop.replicas, cores=cores)
