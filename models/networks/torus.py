"""The sums over a torus from which ``inversion`` reads normalising constants.

A point of it is z_r = ρ_r e^{iθ_r}, and a station's term there 1/d_k with d_k = s_k + Σ_r ρ_kr (1 − e^{iθ_r}), where
ρ_kr is a class's load of the station at the radii and s_k = 1 − Σ_r ρ_kr what it leaves idle: no digits cancel in it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from firstbell.models.networks.closed import Floats

Ints = NDArray[np.int64]

ROW = 256
"""How many points of the last class are taken at once, so that what is known of them stays in the nearest cache."""

# leave to add up in any order, without which the compiler adds one number at a time
_compiled: Callable[..., Any] = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})


class Torus(NamedTuple):
    """The points of each class, in the order of the walk (R rows, of which the first ``counts`` are used), and the
    stations: ``idle`` (K) s_k and ``load`` (K, R) ρ_kr.

    ``versine`` is 1 − cos θ, ``sine`` sin θ; the class's own factor exp(Z ρ (e^{iθ} − 1)) e^{−iNθ} is ``real`` and
    ``imaginary``, its modulus ``size``. The first class has half of its points, which count twice but for θ = 0: the
    other half has the conjugate values.
    """

    counts: Ints
    versine: Floats
    sine: Floats
    real: Floats
    imaginary: Floats
    size: Floats
    idle: Floats
    load: Floats


def torus(*, populations: Floats, thinking: Floats, idle: Floats, load: Floats, spacing: Ints, reach: Ints) -> Torus:
    """``spacing`` points on a class's circle, an odd number, of which ``reach`` to either side of θ = 0 are taken;
    ``thinking`` (R) is Z ρ."""
    counts = 2 * reach + 1
    counts[0] = reach[0] + 1
    versine, sine, real, imaginary, size = (np.zeros((len(reach), int(counts.max()))) for _ in range(5))
    for r, count in enumerate(counts):
        steps = np.arange(count) - (reach[r] if r > 0 else 0)
        angle = 2.0 * np.pi / spacing[r] * steps
        turns = steps * (int(populations[r]) % int(spacing[r])) % spacing[r]
        versine[r, :count], sine[r, :count] = 2.0 * np.sin(angle / 2.0) ** 2, np.sin(angle)
        size[r, :count] = np.exp(-thinking[r] * versine[r, :count])
        phase = thinking[r] * sine[r, :count] - 2.0 * np.pi / spacing[r] * turns
        weight = size[r, :count] * np.where((r > 0) | (steps == 0), 1.0, 2.0)
        real[r, :count], imaginary[r, :count] = weight * np.cos(phase), weight * np.sin(phase)
    return Torus(counts, versine, sine, real, imaginary, size, idle, np.ascontiguousarray(load))


@_compiled
def sum_torus(torus: Torus, first: int, step: int, threshold: float, sums: Floats) -> None:
    """Adds to ``sums`` (K + 1, R + 1) the real parts of Σ f and Σ f e^{iθ_r} in its first row, of Σ f s_k/d_k and
    Σ f e^{iθ_r} s_k/d_k by station below; f is 1 at θ = 0.

    Every ``step``th of the first class's points is taken, from ``first`` on; a single class is taken whole. Points
    where |f| is below ``threshold`` whatever the later classes' angles are left out.
    """
    classes, stations = torus.counts.size, torus.idle.size
    last = classes - 1
    # by class: the stations' terms, the product of the own factors and how large it is, before it
    terms = np.zeros((classes, 2, stations))
    own = np.zeros((classes, 3))
    terms[0, 0], own[0, 0], own[0, 2] = torus.idle, 1.0, 1.0
    index = np.zeros(classes, dtype=np.int64)
    index[0] = first
    room = np.empty((4 + 2 * stations, ROW))
    depth = 0
    while depth >= 0:
        if depth < last and index[depth] < torus.counts[depth]:
            _choose(torus, depth, index[depth], terms, own)
            if _most(torus, depth + 1, terms, own) >= threshold:
                depth += 1
                index[depth] = 0
            else:
                index[depth] += step if depth == 0 else 1
            continue
        if depth == last:
            _sum_rows(torus, terms, own, threshold, index, room, sums)
        depth -= 1
        if depth >= 0:
            index[depth] += step if depth == 0 else 1


@_compiled
def _choose(torus: Torus, depth: int, i: int, terms: Floats, own: Floats) -> None:
    """Puts the class at ``depth`` at its ``i``th point."""
    before, after = own[depth], own[depth + 1]
    real, imaginary = torus.real[depth, i], torus.imaginary[depth, i]
    after[0] = before[0] * real - before[1] * imaginary
    after[1] = before[0] * imaginary + before[1] * real
    after[2] = before[2] * torus.size[depth, i]
    for k in range(torus.idle.size):
        terms[depth + 1, 0, k] = terms[depth, 0, k] + torus.load[k, depth] * torus.versine[depth, i]
        terms[depth + 1, 1, k] = terms[depth, 1, k] - torus.load[k, depth] * torus.sine[depth, i]


@_compiled
def _most(torus: Torus, depth: int, terms: Floats, own: Floats) -> float:
    """The most that |f| can be whatever the angles from ``depth`` on, as |1 − a − b| ≥ |1 − a| − |b|."""
    most = float(own[depth, 2])
    for k in range(torus.idle.size):
        free = 0.0
        for r in range(depth, torus.counts.size):
            free += torus.load[k, r]
        real, imaginary = terms[depth, 0, k], terms[depth, 1, k]
        square = real * real + imaginary * imaginary + 2.0 * free * real
        least = square / (np.sqrt(square + free * free) + free)
        if least > torus.idle[k]:
            most *= torus.idle[k] / least
    return most


@_compiled
def _sum_rows(
    torus: Torus, terms: Floats, own: Floats, threshold: float, index: Ints, room: Floats, sums: Floats
) -> None:
    """The last class's points, with all others where ``index`` says."""
    last, stations = torus.counts.size - 1, torus.idle.size
    whole = np.zeros((1 + stations, 3))
    most = _most(torus, last, terms, own)
    begin, end = 0, torus.counts[last]
    while begin < end and torus.size[last, begin] * most < threshold:
        begin += 1
    while begin < end and torus.size[last, end - 1] * most < threshold:
        end -= 1
    while begin < end:
        length = min(ROW, end - begin)
        _sum_row(torus, begin, length, terms, own, room, whole)
        begin += length
    for k in range(1 + stations):
        sums[k, 0] += whole[k, 0]
        sums[k, 1 + last] += whole[k, 2]
        for r in range(last):
            versine, sine = torus.versine[r, index[r]], torus.sine[r, index[r]]
            sums[k, 1 + r] += whole[k, 0] * (1.0 - versine) - whole[k, 1] * sine


@_compiled
def _sum_row(torus: Torus, begin: int, length: int, terms: Floats, own: Floats, room: Floats, whole: Floats) -> None:
    """Adds Σ f s/d (complex) and Re Σ f e^{iθ} s/d of a row to ``whole``, first without and then with each station."""
    last = torus.counts.size - 1
    versine, sine = torus.versine[last, begin : begin + length], torus.sine[last, begin : begin + length]
    real, imaginary = torus.real[last, begin : begin + length], torus.imaginary[last, begin : begin + length]
    f_re, f_im, g_re, g_im = room[0, :length], room[1, :length], room[2, :length], room[3, :length]
    own_re, own_im = own[last, 0], own[last, 1]
    for i in range(length):
        f_re[i] = own_re * real[i] - own_im * imaginary[i]
        f_im[i] = own_re * imaginary[i] + own_im * real[i]
    for k in range(torus.idle.size):
        part_re, part_im = room[4 + 2 * k, :length], room[5 + 2 * k, :length]
        term_re, term_im = terms[last, 0, k], terms[last, 1, k]
        idle, load = torus.idle[k], torus.load[k, last]
        for i in range(length):
            d_re = term_re + load * versine[i]
            d_im = load * sine[i] - term_im
            scale = idle / (d_re * d_re + d_im * d_im)
            part_re[i] = d_re * scale
            part_im[i] = d_im * scale
        for i in range(length):
            kept = f_re[i] * part_re[i] - f_im[i] * part_im[i]
            f_im[i] = f_re[i] * part_im[i] + f_im[i] * part_re[i]
            f_re[i] = kept
    for i in range(length):
        g_re[i] = f_re[i] * (1.0 - versine[i]) - f_im[i] * sine[i]
        g_im[i] = f_re[i] * sine[i] + f_im[i] * (1.0 - versine[i])
    total_re, total_im, turned = 0.0, 0.0, 0.0
    for i in range(length):
        total_re += f_re[i]
        total_im += f_im[i]
        turned += g_re[i]
    whole[0, 0] += total_re
    whole[0, 1] += total_im
    whole[0, 2] += turned
    for k in range(torus.idle.size):
        part_re, part_im = room[4 + 2 * k, :length], room[5 + 2 * k, :length]
        total_re, total_im, turned = 0.0, 0.0, 0.0
        for i in range(length):
            total_re += f_re[i] * part_re[i] - f_im[i] * part_im[i]
            total_im += f_re[i] * part_im[i] + f_im[i] * part_re[i]
            turned += g_re[i] * part_re[i] - g_im[i] * part_im[i]
        whole[1 + k, 0] += total_re
        whole[1 + k, 1] += total_im
        whole[1 + k, 2] += turned
