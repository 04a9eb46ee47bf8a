"""Faults: which machine suffers from what, and when.

Time is cut into blocks of ten days. In each block a control gets a handful of faults, every
one on days of its own; a deck of all kinds is dealt on from control to control, so that a few
controls meet every kind. A block depends on seed, control and block only: more days or more
controls never change what was there.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.telemetry.simulator.machines import FAULT_KEY, generator

KINDS = (
    "over_power",
    "under_power",
    "unstable_power",
    "over_temperature",
    "short_cycle",
    "long_cycle",
    "stuck_stage",
    "sensor_dropout",
    "drift",
    "power_temperature_decoupled",
)

# how far a fault goes, as a share of what it changes: (least, most) at fault scale 1
MAGNITUDES = {
    "over_power": (0.14, 0.40),
    "under_power": (0.14, 0.40),
    "unstable_power": (0.10, 0.22),  # amplitude of the hunting
    "over_temperature": (0.18, 0.45),  # of the rise above the hall
    "short_cycle": (0.40, 0.75),  # of the hold that is missing
    "long_cycle": (0.50, 1.20),  # of the hold that is added
    "stuck_stage": (1.8, 4.0),  # of the ramp's own duration
    "sensor_dropout": (0.25, 0.60),  # of the cycle without readings
    "drift": (0.06, 0.11),  # of the level, reached at the end
    "power_temperature_decoupled": (0.55, 0.95),  # of the rise that does not come
}
MOST = {"under_power": 0.8, "short_cycle": 0.85, "sensor_dropout": 0.8}
MOST |= {"power_temperature_decoupled": 1.0, "long_cycle": 2.5, "stuck_stage": 8.0}

BLOCK_DAYS = 10
FAULTS_PER_BLOCK = 5
DRIFT_DAYS = 2  # kept free for it; it sets in during the first half day
DRIFT_LASTS_DAYS = 1.5


@dataclass(frozen=True)
class Fault:
    """One fault of one control; `place` and `variant` in 0..1 leave the rest to chance."""

    kind: str
    first_day: int
    day_count: int
    magnitude: float
    place: float
    variant: float


def block_faults(seed: int, control: int, block: int, scale: float) -> list[Fault]:
    """Return the faults of one control in one block of days."""
    deck = generator(FAULT_KEY, seed).permutation(len(KINDS))
    first_card = control * FAULTS_PER_BLOCK + block * (FAULTS_PER_BLOCK + 1)
    kinds = [KINDS[deck[(first_card + card) % len(KINDS)]] for card in range(FAULTS_PER_BLOCK)]
    rng = generator(FAULT_KEY, seed, control + 1, block)
    # the long ones first: what is left of the block is single days
    kinds.sort(key=lambda kind: kind != "drift")
    free = list(range(BLOCK_DAYS))
    found = []
    for kind in kinds:
        length = DRIFT_DAYS if kind == "drift" else 1
        starts = [day for day in free if all(day + more in free for more in range(length))]
        day = starts[int(rng.integers(len(starts)))]
        free = [other for other in free if not day <= other < day + length]
        least, most = MAGNITUDES[kind]
        magnitude = min(scale * rng.uniform(least, most), MOST.get(kind, 1e9))
        first = block * BLOCK_DAYS + day
        found.append(Fault(kind, first, length, magnitude, rng.uniform(), rng.uniform()))
    return found


def faults_of_day(seed: int, control: int, day: int, scale: float, clean_days: int) -> list[Fault]:
    """Return the faults that touch a control on a day; none before the plant's clean start ends."""
    if scale <= 0:
        return []
    return [
        fault
        for fault in block_faults(seed, control, day // BLOCK_DAYS, scale)
        if fault.first_day <= day < fault.first_day + fault.day_count
        and fault.first_day >= clean_days
    ]
