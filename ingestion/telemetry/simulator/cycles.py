"""Cycles: what a control runs on one day, with the faults that change them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ingestion.telemetry.simulator.faults import DRIFT_LASTS_DAYS, Fault
from ingestion.telemetry.simulator.machines import CYCLE_KEY, Machine, generator

DAY_S = 86_400.0
# the first cycle comes when the last one of the night is over, even one that ran far too long, and
# after the hour that a local clock shows twice in autumn
FIRST_START_S = 4.1 * 3_600
LAST_START_S = 23.4 * 3_600
# a drift is labelled once it is plain beside the machine's own scatter; from its first moment to
# there nobody could say, and the label says just that
PLAIN_SCATTERS = 3.5


@dataclass(frozen=True)
class Cycle:
    """One cycle; times in seconds since the start of the simulation."""

    number: int  # of its day, from 1
    started_s: float
    ramp_up_s: float
    hold_s: float
    ramp_down_s: float
    level: float  # times the machine's power
    rise: float = 1.0  # times the machine's rise
    hunting: float = 0.0  # amplitude of slow swings while holding
    hunting_s: float = 300.0
    hang_up: float = 0.0  # share of ramp-up during which power stands still
    hang_down: float = 0.0
    lost: tuple[float, float] = (0.0, 0.0)  # share of the cycle: from, to
    lost_as: float = 0.0  # 0..1, decides what the logger writes meanwhile
    kind: str | None = None
    is_certain: bool = True
    faults: tuple[Fault, ...] = field(default=())

    @property
    def ended_s(self) -> float:
        """End of ramp-down."""
        return self.started_s + self.ramp_up_s + self.hold_s + self.ramp_down_s


def day_cycles(
    seed: int, machine: Machine, day: int, day_started_s: float, faults: list[Fault]
) -> list[Cycle]:
    """Return the cycles that start on a day of the plant's calendar."""
    rng = generator(CYCLE_KEY, seed, machine.index, day)
    rest_day = day % 7 in (5, 6)  # fewer cycles on two days of the week
    rests = machine.rest_s * (1.9 if rest_day else 1.0)
    at = FIRST_START_S + rng.uniform(0, 1_800)
    planned: list[Cycle] = []
    while at < LAST_START_S:
        draw = np.clip(rng.standard_normal(5), -2.6, 2.6)
        late = rng.uniform(0.55, 1.45)
        pace = 1 + machine.pace_scatter * draw[:3]
        shift = machine.day_shift_gain * (6 <= at / 3_600 < 18)
        cycle = Cycle(
            number=len(planned) + 1,
            started_s=day_started_s + at,
            ramp_up_s=machine.ramp_up_s * pace[0],
            hold_s=machine.hold_s * pace[1],
            ramp_down_s=machine.ramp_down_s * pace[2],
            level=1 + shift + machine.level_scatter * draw[3],
            rise=1 + 0.6 * machine.level_scatter * draw[4],
        )
        cycle = _suffered(cycle, machine, day, at, faults, planned)
        planned.append(cycle)
        at = cycle.ended_s - day_started_s + rests * late
    return planned


def _suffered(
    cycle: Cycle, machine: Machine, day: int, at: float, faults: list[Fault], before: list[Cycle]
) -> Cycle:
    """Return the cycle as the faults of its day leave it."""
    for fault in faults:
        if fault.kind == "drift":
            cycle = _drifted(cycle, machine, fault, day + at / DAY_S)
        # a single fault hits the first cycle after its moment of the day
        elif at >= _moment(fault) and not any(fault in earlier.faults for earlier in before):
            cycle = replace(CHANGES[fault.kind](cycle, fault), kind=fault.kind, faults=(fault,))
    return cycle


def _moment(fault: Fault) -> float:
    return FIRST_START_S + fault.place * (LAST_START_S - FIRST_START_S - 7 * 3_600)


def _drifted(cycle: Cycle, machine: Machine, fault: Fault, now: float) -> Cycle:
    """Return the cycle of a machine that wanders off until somebody sets it right again."""
    set_in = fault.first_day + (2 - DRIFT_LASTS_DAYS) * fault.place
    gone = min((now - set_in) / DRIFT_LASTS_DAYS, 1.0) * fault.magnitude
    if gone <= 0:
        return cycle
    direction = 1 if fault.variant < 0.65 else -1
    scatters = gone / (machine.level_scatter + machine.day_shift_gain / 2)
    return replace(
        cycle,
        level=cycle.level * (1 + direction * gone),
        kind="drift",
        is_certain=bool(scatters >= PLAIN_SCATTERS),
        faults=(fault,),
    )


def _over_power(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, level=cycle.level * (1 + fault.magnitude))


def _under_power(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, level=cycle.level * (1 - fault.magnitude))


def _unstable_power(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, hunting=fault.magnitude, hunting_s=120 + 360 * fault.variant)


def _over_temperature(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, rise=cycle.rise * (1 + fault.magnitude))


def _short_cycle(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, hold_s=cycle.hold_s * (1 - fault.magnitude))


def _long_cycle(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, hold_s=cycle.hold_s * (1 + fault.magnitude))


def _stuck_stage(cycle: Cycle, fault: Fault) -> Cycle:
    """The machine hangs half-way up or down and then goes on."""
    longer = 1 + fault.magnitude
    hang = fault.magnitude / longer
    if fault.variant < 0.5:
        return replace(cycle, ramp_up_s=cycle.ramp_up_s * longer, hang_up=hang)
    return replace(cycle, ramp_down_s=cycle.ramp_down_s * longer, hang_down=hang)


def _sensor_dropout(cycle: Cycle, fault: Fault) -> Cycle:
    start = (0.1 + 0.8 * fault.place * (1 - fault.magnitude)) % (1 - fault.magnitude)
    return replace(cycle, lost=(start, start + fault.magnitude), lost_as=fault.variant)


def _decoupled(cycle: Cycle, fault: Fault) -> Cycle:
    return replace(cycle, rise=cycle.rise * (1 - fault.magnitude))


CHANGES = {
    "over_power": _over_power,
    "under_power": _under_power,
    "unstable_power": _unstable_power,
    "over_temperature": _over_temperature,
    "short_cycle": _short_cycle,
    "long_cycle": _long_cycle,
    "stuck_stage": _stuck_stage,
    "sensor_dropout": _sensor_dropout,
    "power_temperature_decoupled": _decoupled,
}
