"""Signals: what the sensors of one control read between two moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.telemetry.simulator.cycles import Cycle
from ingestion.telemetry.simulator.machines import SIGNAL_KEY, Machine, generator

IDLE, RAMP_UP, HOLD, RAMP_DOWN = range(4)
# heat moves slowly: its own grid is fine enough at any sampling rate, and starts early enough
# for the past to be forgotten
HEAT_STEP_S = 10.0
HEAT_LEAD_S = 5 * 3_600.0
NOTHING, NO_POWER, NO_TEMPERATURE, NEITHER, NO_ROW, SENTINEL = range(6)


@dataclass(frozen=True)
class Signal:
    """Readings of one control, one array element each."""

    at_s: np.ndarray
    cycle: np.ndarray  # position in the list of cycles; -1 when idle
    stage: np.ndarray
    power_w: np.ndarray
    temperature_c: np.ndarray
    loss: np.ndarray  # what a dead sensor or logger makes of the reading


def read(seed: int, machine: Machine, day: int, cycles: list[Cycle], at_s: np.ndarray) -> Signal:
    """Return what is read at `at_s`, given all cycles that may matter then."""
    rng = generator(SIGNAL_KEY, seed, machine.index, day)
    table = _columns(cycles)
    cycle, stage, shape = _shape(table, at_s)
    level = _per_cycle(table["level"], cycle, 1.0)
    hunting = _per_cycle(table["hunting"], cycle, 0.0) * (stage == HOLD)
    swing = hunting * np.sin(2 * np.pi * at_s / _per_cycle(table["hunting_s"], cycle, 300.0))
    noise = machine.noise_share * (1 + 2 * hunting) * rng.standard_normal(at_s.size)
    power = machine.power_w * level * shape * (1 + noise + swing)
    standby = machine.standby_w * (1 + 0.05 * rng.standard_normal(at_s.size))
    temperature = _temperature(machine, table, at_s)
    temperature += machine.temperature_noise_c * rng.standard_normal(at_s.size)
    return Signal(at_s, cycle, stage, power + standby, temperature, _loss(table, cycle, at_s))


def _columns(cycles: list[Cycle]) -> dict[str, np.ndarray]:
    """Return the cycles as one array for each property, in order of their start."""
    names = (
        "started_s", "ended_s", "ramp_up_s", "hold_s", "ramp_down_s", "level", "rise",
        "hunting", "hunting_s", "hang_up", "hang_down", "lost_as",
    )  # fmt: skip
    table = {name: np.array([getattr(cycle, name) for cycle in cycles]) for name in names}
    table["lost_from"] = np.array([cycle.lost[0] for cycle in cycles])
    table["lost_to"] = np.array([cycle.lost[1] for cycle in cycles])
    return table


def _per_cycle(values: np.ndarray, cycle: np.ndarray, idle: float) -> np.ndarray:
    return np.where(cycle >= 0, values[cycle], idle)


def _shape(
    table: dict[str, np.ndarray], at_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return cycle, stage and share of full power at each moment."""
    cycle = np.searchsorted(table["started_s"], at_s, side="right") - 1
    cycle[(cycle >= 0) & (at_s >= table["ended_s"][cycle])] = -1
    since = at_s - table["started_s"][cycle]
    up, hold, down = (table[name][cycle] for name in ("ramp_up_s", "hold_s", "ramp_down_s"))
    stage = np.select(
        [cycle < 0, since < up, since < up + hold], [IDLE, RAMP_UP, HOLD], RAMP_DOWN
    ).astype(np.int8)
    rising = _ramp(since / up, table["hang_up"][cycle])
    falling = _ramp(1 - (since - up - hold) / down, table["hang_down"][cycle])
    shape = np.select([stage == IDLE, stage == RAMP_UP, stage == HOLD], [0, rising, 1], falling)
    return cycle, stage, shape


def _ramp(done: np.ndarray, hang: np.ndarray) -> np.ndarray:
    """Return the share of full power; a ramp that hangs stands nearly still half-way."""
    first = 0.5 * (1 - hang)
    moving = np.clip(done / (1 - hang), 0, 0.5) + np.clip(
        (done - first - hang) / (1 - hang), 0, 0.5
    )
    still = 0.06 * np.clip((done - first) / np.maximum(hang, 1e-9), 0, 1) * (hang > 0)
    share = np.clip(moving * (1 - 0.06 * (hang > 0)) + still, 0, 1)
    # rounded at the foot only: a drive switches on with a small step
    return 0.04 + 0.96 * share**1.15


def _temperature(machine: Machine, table: dict[str, np.ndarray], at_s: np.ndarray) -> np.ndarray:
    """Return the temperature: a first-order lag behind power, above a hall that breathes."""
    grid = np.arange(at_s[0] - HEAT_LEAD_S, at_s[-1] + HEAT_STEP_S, HEAT_STEP_S)
    cycle, _, shape = _shape(table, grid)
    heating = shape * _per_cycle(table["level"] * table["rise"], cycle, 1.0)
    # closed form of y' = (u - y) / lag on an even grid, so that no loop is needed
    steps = np.arange(grid.size) * (HEAT_STEP_S / machine.lag_s)
    warm = (
        -np.expm1(-HEAT_STEP_S / machine.lag_s)
        * np.exp(-steps)
        * np.cumsum(heating * np.exp(steps))
    )
    hour = at_s / 3_600 % 24
    hall = machine.hall_c - machine.hall_swing_c * np.cos(2 * np.pi * (hour - 3) / 24)
    return hall + machine.rise_c * np.interp(at_s, grid, warm)


def _loss(table: dict[str, np.ndarray], cycle: np.ndarray, at_s: np.ndarray) -> np.ndarray:
    """Return what is lost of each reading during a dropout."""
    length = table["ended_s"] - table["started_s"]
    share = (at_s - table["started_s"][cycle]) / length[cycle]
    within = (cycle >= 0) & (share >= table["lost_from"][cycle]) & (share < table["lost_to"][cycle])
    ways = np.array([NO_POWER, NO_TEMPERATURE, NEITHER, NEITHER, SENTINEL, NO_ROW])
    way = ways[np.minimum((table["lost_as"] * ways.size).astype(int), ways.size - 1)]
    return np.where(within, way[cycle], NOTHING).astype(np.int8)
