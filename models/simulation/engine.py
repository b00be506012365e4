"""The compiled event loop.

Timers (thinking, latency, service on a processor of one's own) lie in one heap by time. A machine whose cores are
shared keeps its active threads in a heap by *virtual* time, the service that a thread has had since there was last
none: all active threads have the same speed, so a thread that begins at virtual time v and needs s is done at v + s
whatever happens meanwhile, and only the next completion has to be known in real time (Parekh & Gallager 1993). There
are two such heaps a machine, one of the preferred threads and one of the others, each with a speed of its own.
"""

import math

from firstbell.models.simulation.compiled import compiled
from firstbell.models.simulation.layout import (
    ABSENT,
    ARRIVING,
    EVENTS,
    FREE_SLOT,
    NO_HOST,
    NOBODY,
    NOW,
    OPENED,
    OTHERS,
    PREFERRED,
    QUEUED,
    SAMPLED,
    SERVED,
    THINKING,
    UNDERWAY,
    Counts,
    Floats,
    SimulationState,
    Slots,
)
from firstbell.models.simulation.random_numbers import draw, draw_remaining, exponential, uniform

FINISHED, PAUSED, NO_ROOM = range(3)


@compiled
def _push(keys: Floats, slots: Slots, sizes: Counts, row: int, key: float, slot: int) -> None:
    """Adds to a binary heap."""
    place = sizes[row]
    sizes[row] = place + 1
    while place > 0:
        parent = (place - 1) >> 1
        if keys[row, parent] <= key:
            break
        keys[row, place] = keys[row, parent]
        slots[row, place] = slots[row, parent]
        place = parent
    keys[row, place] = key
    slots[row, place] = slot


@compiled
def _pop(keys: Floats, slots: Slots, sizes: Counts, row: int) -> int:
    """Takes the slot with the least key off a binary heap."""
    first: int = slots[row, 0]
    last = sizes[row] - 1
    sizes[row] = last
    key, slot = keys[row, last], slots[row, last]
    place = 0
    child = 1
    while child < last:
        if child + 1 < last and keys[row, child + 1] < keys[row, child]:
            child += 1
        if key <= keys[row, child]:
            break
        keys[row, place] = keys[row, child]
        slots[row, place] = slots[row, child]
        place = child
        child = 2 * place + 1
    keys[row, place] = key
    slots[row, place] = slot
    return first


@compiled
def _set_timer(state: SimulationState, slot: int, time_s: float) -> None:
    _push(state.timer_keys_s, state.timer_slots, state.timers, 0, time_s, slot)


@compiled
def _drawn(state: SimulationState, number: int) -> float:
    return draw(state.random, state.distributions, state.values, number)


@compiled
def _active(state: SimulationState, number: int) -> int:
    """How many threads of a machine are active."""
    active: int = state.threads[2 * number + PREFERRED] + state.threads[2 * number + OTHERS]
    return active


@compiled
def _speed(state: SimulationState, number: int, rank: int) -> float:
    """Speed of each active thread of a machine of this rank: of what both share out, nobody has more than a core."""
    machine = state.machines[number]
    preferred, others = state.threads[2 * number + PREFERRED], state.threads[2 * number + OTHERS]
    active = preferred + others
    capacity: float = min(machine["cores"], active)
    if machine["speeds"] > 0:
        capacity = state.speeds[machine["first_speed"] + min(active, machine["speeds"]) - 1]
    weight = machine["preference"] * preferred
    share = min(max(capacity * weight / (weight + others), capacity - others), float(preferred))
    speed: float = share / preferred if rank == PREFERRED else (capacity - share) / others
    return speed


@compiled
def _advance_machine(state: SimulationState, number: int, now: float) -> None:
    """Brings a machine's virtual times up to now."""
    machine = state.machines[number]
    for rank in range(2):
        if state.threads[2 * number + rank] > 0:
            state.virtual_s[2 * number + rank] += (now - machine["updated_s"]) * _speed(state, number, rank)
    machine["updated_s"] = now


@compiled
def _left_s(state: SimulationState, number: int, rank: int) -> float:
    """How long until the next thread of this rank is done, if nothing else happens; inf where none is active."""
    row = 2 * number + rank
    if state.threads[row] == 0:
        return math.inf
    left_s: float = max(state.thread_keys_s[row, 0] - state.virtual_s[row], 0.0) / _speed(state, number, rank)
    return left_s


@compiled
def _foresee(state: SimulationState, number: int, now: float) -> None:
    """Works out when the machine's next thread is done."""
    state.completions_s[number] = now + min(_left_s(state, number, PREFERRED), _left_s(state, number, OTHERS))


@compiled
def _activate(state: SimulationState, number: int, rank: int, slot: int, now: float) -> None:
    """A thread of the machine begins to serve the customer."""
    _advance_machine(state, number, now)
    row = 2 * number + rank
    if _active(state, number) == 0:
        state.machines[number]["busy_since_s"] = now
    if state.threads[row] == 0:
        state.virtual_s[row] = 0.0
    done_at = state.virtual_s[row] + state.customers[slot]["service_s"]
    _push(state.thread_keys_s, state.thread_slots, state.threads, row, done_at, slot)
    _foresee(state, number, now)


@compiled
def _deactivate(state: SimulationState, number: int, now: float) -> int:
    """The machine's next thread is done; returns whom it served."""
    rank = PREFERRED if _left_s(state, number, PREFERRED) < _left_s(state, number, OTHERS) else OTHERS
    row = 2 * number + rank
    _advance_machine(state, number, now)
    state.virtual_s[row] = state.thread_keys_s[row, 0]
    slot = _pop(state.thread_keys_s, state.thread_slots, state.threads, row)
    machine = state.machines[number]
    if _active(state, number) == 0:
        machine["busy_s"] += now - machine["busy_since_s"]
    _foresee(state, number, now)
    return slot


@compiled
def _serve(state: SimulationState, slot: int, now: float) -> None:
    """A thread of the pool takes the customer on."""
    customer = state.customers[slot]
    pool = state.pools[state.visits[customer["visit"]]["pool"]]
    customer["started_s"] = now
    customer["doing"] = SERVED
    if pool["first_machine"] == NO_HOST:
        _set_timer(state, slot, now + customer["service_s"])
        return
    machine = pool["first_machine"] + customer["route"] % pool["replicas"] % pool["machines"]
    _activate(state, machine, pool["rank"], slot, now)


@compiled
def _enter(state: SimulationState, slot: int, now: float) -> None:
    """The customer comes to the pool of their present visit."""
    customer = state.customers[slot]
    visit = state.visits[customer["visit"]]
    pool = state.pools[visit["pool"]]
    replica = state.replicas[pool["first_replica"] + customer["route"] % pool["replicas"]]
    customer["service_s"] = visit["service_s"] * customer["factor"] * _drawn(state, visit["factor"])
    customer["entered_s"] = now
    if replica["busy"] < pool["threads"]:
        replica["busy"] += 1
        _serve(state, slot, now)
        return
    customer["doing"] = QUEUED
    customer["next"] = NOBODY
    if replica["head"] == NOBODY:
        replica["head"] = slot
    else:
        state.customers[replica["tail"]]["next"] = slot
    replica["tail"] = slot


@compiled
def _leave(state: SimulationState, slot: int, now: float) -> None:
    """The customer's service is done, and the thread takes the next one on."""
    customer = state.customers[slot]
    number = state.visits[customer["visit"]]["pool"]
    pool = state.pools[number]
    state.presence_s[number, customer["activity"]] += now - customer["entered_s"]
    pool["busy_s"] += now - customer["started_s"]
    pool["work_s"] += customer["service_s"]
    customer["visit"] += 1
    replica = state.replicas[pool["first_replica"] + customer["route"] % pool["replicas"]]
    following = replica["head"]
    if following == NOBODY:
        replica["busy"] -= 1
    else:
        replica["head"] = state.customers[following]["next"]
        _serve(state, following, now)


@compiled
def _begin_step(state: SimulationState, slot: int, now: float) -> bool:
    """The customer's step begins; tells whether it begins with a latency."""
    customer = state.customers[slot]
    activity = state.activities[customer["activity"]]
    step = state.steps[customer["step"]]
    customer["visit"] = step["first_visit"]
    if activity["each_step"]:
        customer["factor"] = _drawn(state, activity["factor"])
    if step["latency_s"] == 0.0:
        return False
    customer["doing"] = UNDERWAY
    _set_timer(state, slot, now + step["latency_s"])
    return True


@compiled
def _proceed(state: SimulationState, slot: int, now: float) -> None:
    """The customer goes on to the next visit, the next step, or the end of the activity."""
    customer = state.customers[slot]
    while customer["visit"] == state.steps[customer["step"]]["end_visit"]:
        customer["step"] += 1
        if customer["step"] == state.activities[customer["activity"]]["end_step"]:
            _end_activity(state, slot, now)
            return
        if _begin_step(state, slot, now):
            return
    _enter(state, slot, now)


@compiled
def _begin_activity(state: SimulationState, slot: int) -> None:
    """Draws what the customer does, and leaves them at the end of the step before it (step 0 is nobody's)."""
    customer = state.customers[slot]
    source = state.sources[customer["source"]]
    choice = source["first_mix"]
    if source["end_mix"] - choice > 1:
        chance = uniform(state.random)
        while chance >= state.mix[choice]["up_to"]:
            choice += 1
    customer["activity"] = state.mix[choice]["activity"]
    activity = state.activities[customer["activity"]]
    customer["step"] = activity["first_step"] - 1
    customer["visit"] = state.steps[customer["step"]]["end_visit"]
    if not activity["each_step"]:
        customer["factor"] = _drawn(state, activity["factor"])


@compiled
def _end_activity(state: SimulationState, slot: int, now: float) -> None:
    """Takes the sample; the customer thinks, waits for the next due time, or goes home."""
    customer = state.customers[slot]
    place = state.counters[SAMPLED]
    state.sample_end_s[place] = now
    state.sample_response_s[place] = now - customer["due_s"]
    state.sample_activity[place] = customer["activity"]
    state.counters[SAMPLED] = place + 1
    source = state.sources[customer["source"]]
    if source["population"] == 0:
        customer["doing"] = ABSENT
        customer["next"] = state.counters[FREE_SLOT]
        state.counters[FREE_SLOT] = slot
        return
    wait = _drawn(state, source["time"])
    customer["due_s"] = max(customer["due_s"] + wait, now) if source["periodic"] else now + wait
    customer["doing"] = THINKING
    _set_timer(state, slot, customer["due_s"])


@compiled
def _arrive(state: SimulationState, clock_slot: int, now: float) -> int:
    """Somebody comes to an open source, whose clock is set for the next one; returns who."""
    arrival = state.customers[clock_slot]
    _set_timer(state, clock_slot, now + state.sources[arrival["source"]]["interarrival_s"] * exponential(state.random))
    slot: int = state.counters[FREE_SLOT]
    customer = state.customers[slot]
    state.counters[FREE_SLOT] = customer["next"]
    customer["source"] = arrival["source"]
    customer["due_s"] = now
    customer["doing"] = THINKING
    customer["route"] = int(uniform(state.random) * 2147483647.0)
    return slot


@compiled
def populate(state: SimulationState) -> None:
    """Puts everybody in: the closed ones at a random point of their waiting, and a clock for each open source."""
    slot = 0
    for number in range(len(state.sources)):
        source = state.sources[number]
        closed = source["population"] > 0
        for _ in range(max(source["population"], 1)):
            customer = state.customers[slot]
            customer["source"] = number
            customer["route"] = slot
            customer["doing"] = THINKING if closed else ARRIVING
            customer["due_s"] = (
                draw_remaining(state.random, state.distributions, state.values, source["time"])
                if closed
                else source["interarrival_s"] * exponential(state.random)
            )
            _set_timer(state, slot, customer["due_s"])
            slot += 1


@compiled
def _earliest_machine(state: SimulationState) -> int:
    """The machine whose next thread is done first."""
    earliest = 0
    for number in range(1, len(state.completions_s)):
        if state.completions_s[number] < state.completions_s[earliest]:
            earliest = number
    return earliest


@compiled
def advance(state: SimulationState, until_s: float, most_events: int) -> int:
    """Goes on until a time; stops before it when that many events have passed, or when room has run out.

    Each thing that can happen is called from one place, or the compiler takes three times as long.
    """
    for _ in range(most_events):
        machine = _earliest_machine(state)
        completion_s = state.completions_s[machine]
        timer_s = state.timer_keys_s[0, 0] if state.timers[0] > 0 else math.inf
        if min(timer_s, completion_s) > until_s:
            state.clock[NOW] = until_s
            return FINISHED
        if state.counters[SAMPLED] == len(state.sample_end_s):
            return NO_ROOM
        if timer_s <= completion_s:
            slot = state.timer_slots[0, 0]
            if state.customers[slot]["doing"] == ARRIVING and state.counters[FREE_SLOT] == NOBODY:
                return NO_ROOM
            _pop(state.timer_keys_s, state.timer_slots, state.timers, 0)
        else:
            slot = _deactivate(state, machine, completion_s)
        now = min(timer_s, completion_s)
        state.clock[NOW] = now
        state.counters[EVENTS] += 1
        if state.customers[slot]["doing"] == ARRIVING:
            slot = _arrive(state, slot, now)
        if state.customers[slot]["doing"] == THINKING:
            _begin_activity(state, slot)
        elif state.customers[slot]["doing"] == SERVED:
            _leave(state, slot, now)
        _proceed(state, slot, now)
    return PAUSED


@compiled
def settle(state: SimulationState) -> None:
    """Books what is under way up to now, so that tallies of an interval hold just what happened in it."""
    now = state.clock[NOW]
    for number in range(len(state.machines)):
        _advance_machine(state, number, now)
        machine = state.machines[number]
        if _active(state, number) > 0:
            machine["busy_s"] += now - machine["busy_since_s"]
            machine["busy_since_s"] = now
    for row in range(len(state.threads)):
        for place in range(state.threads[row]):
            customer = state.customers[state.thread_slots[row, place]]
            left = state.thread_keys_s[row, place] - state.virtual_s[row]
            state.pools[state.visits[customer["visit"]]["pool"]]["work_s"] += customer["service_s"] - left
            customer["service_s"] = left
    for slot in range(len(state.customers)):
        customer = state.customers[slot]
        if customer["doing"] != QUEUED and customer["doing"] != SERVED:
            continue
        number = state.visits[customer["visit"]]["pool"]
        pool = state.pools[number]
        state.presence_s[number, customer["activity"]] += now - customer["entered_s"]
        customer["entered_s"] = now
        if customer["doing"] == SERVED:
            pool["busy_s"] += now - customer["started_s"]
            if pool["first_machine"] == NO_HOST:
                pool["work_s"] += now - customer["started_s"]
                customer["service_s"] -= now - customer["started_s"]
            customer["started_s"] = now
    state.clock[OPENED] = now
