"""Machines: each has its own power, pace, scatter and way of getting warm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# first part of every random key, so that no two streams of one seed can meet
MACHINE_KEY, CYCLE_KEY, FAULT_KEY, SIGNAL_KEY, DIRT_KEY = range(5)


@dataclass(frozen=True)
class Machine:
    """What one control does when nothing is wrong with it."""

    index: int
    power_w: float  # drawn while holding
    standby_w: float
    noise_share: float  # reading to reading, while running
    level_scatter: float  # cycle to cycle, share of power
    pace_scatter: float  # cycle to cycle, share of a stage's duration
    ramp_up_s: float
    hold_s: float
    ramp_down_s: float
    rest_s: float
    day_shift_gain: float  # the day shift drives it a little harder
    rise_c: float  # above the hall, when holding for long
    lag_s: float  # time constant with which temperature follows power
    hall_c: float
    hall_swing_c: float  # from night to afternoon
    temperature_noise_c: float


def generator(*key: int) -> np.random.Generator:
    """Return the random stream of a key; the same key always gives the same numbers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def machine(seed: int, index: int, standby_w: tuple[float, float]) -> Machine:
    """Return the machine number `index` of a plant, however many others there are."""
    rng = generator(MACHINE_KEY, seed, index)
    return Machine(
        index=index,
        power_w=float(np.exp(rng.uniform(np.log(2_500), np.log(40_000)))),
        standby_w=float(rng.uniform(*standby_w)),
        noise_share=rng.uniform(0.006, 0.018),
        level_scatter=rng.uniform(0.005, 0.012),
        pace_scatter=rng.uniform(0.012, 0.028),
        ramp_up_s=rng.uniform(270, 520),
        hold_s=rng.uniform(1_700, 3_300),
        ramp_down_s=rng.uniform(240, 420),
        rest_s=rng.uniform(2_200, 4_400),
        day_shift_gain=rng.uniform(0.000, 0.012),
        rise_c=rng.uniform(55, 160),
        lag_s=rng.uniform(260, 800),
        hall_c=rng.uniform(17, 24),
        hall_swing_c=rng.uniform(0.8, 2.2),
        temperature_noise_c=rng.uniform(0.2, 0.6),
    )
