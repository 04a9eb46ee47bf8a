"""The simulated plant: cycles, faults, dirt and clocks are what they claim to be."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from ingestion.telemetry.simulator.cycles import Cycle
from ingestion.telemetry.simulator.faults import KINDS
from ingestion.telemetry.simulator.machines import Machine
from ingestion.telemetry.simulator.render import Plant, rendered
from ingestion.telemetry.simulator.signals import HOLD, NO_ROW, NOTHING, read
from ingestion.telemetry.simulator.sites import SITES, Site
from ingestion.telemetry.simulator.truth import truth_rows

PLANT = Plant(
    seed=7, controls=6, hz=1 / 30, fault_scale=1.0, clean_days=10, start=date(2026, 10, 1)
)
DAYS = range(30)


def _all_cycles(plant: Plant) -> list[tuple[Site, Machine, int, Cycle]]:
    return [
        (site, control, day, cycle)
        for site in SITES
        for control in plant.machines(site)
        for day in DAYS
        for cycle in plant.cycles(site, control, day)
    ]


@pytest.mark.parametrize("seed", range(100, 120))
def test_any_seed_gives_a_sane_plant(seed: int) -> None:
    plant = replace(PLANT, seed=seed)
    cycles = _all_cycles(plant)
    kinds = Counter(cycle.kind for *_, cycle in cycles if cycle.kind)
    assert set(kinds) == set(KINDS)
    assert 0.02 < sum(kinds.values()) / len(cycles) < 0.15
    assert all(cycle.kind is None for _, _, day, cycle in cycles if day < plant.clean_days)
    assert 4 < len(cycles) / (len(DAYS) * plant.controls) < 24
    for site in SITES:
        (control,) = plant.machines(site)
        own = [cycle for _, other, _, cycle in cycles if other == control]
        assert all(later.started_s > earlier.ended_s + 300 for earlier, later in pairwise(own))


def test_every_kind_of_fault_comes_more_than_once() -> None:
    kinds = Counter(row["issue_kind"] for row in _truth(PLANT))
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 3


def _truth(plant: Plant) -> list[dict]:
    return [
        row
        for site in SITES
        for day in DAYS
        for row in truth_rows(plant, site, day, plant.machines(site))
    ]


def test_fault_scale_zero_is_a_plant_without_faults() -> None:
    assert _truth(replace(PLANT, fault_scale=0.0)) == []


def test_only_the_onset_of_a_drift_is_left_undecided() -> None:
    undecided = {row["issue_kind"] for row in _truth(PLANT) if row["is_anomaly"] is None}
    assert undecided == {"drift"}


def test_sites_without_a_cycle_id_say_when_instead() -> None:
    for row in _truth(PLANT):
        has_id = not row["control_id"].startswith(("oven", "washer"))
        assert (row["cycle_id"] is not None) == has_id
        assert row["started_at"] < row["ended_at"]


def _one_cycle(**changes: object) -> tuple[Machine, np.ndarray, object]:
    """Return a machine and what is read of one cycle with a known change."""
    (control,) = PLANT.machines(SITES[0])
    plain = Cycle(1, 40_000.0, 300.0, 2_400.0, 300.0, 1.0)
    cycle = replace(plain, **changes)
    at_s = np.arange(36_000.0, 50_000.0, 10.0)
    return control, at_s, read(7, control, 0, [cycle], at_s)


def _hold_power(signal: object) -> np.ndarray:
    return signal.power_w[signal.stage == HOLD]


def test_a_level_change_shows_in_power_and_in_temperature() -> None:
    control, _, normal = _one_cycle()
    _, _, high = _one_cycle(level=1.3)
    assert _hold_power(high).mean() / _hold_power(normal).mean() == pytest.approx(1.3, rel=0.02)
    assert high.temperature_c.max() - normal.temperature_c.max() > 0.2 * control.rise_c


def test_a_decoupled_cycle_stays_cold_at_full_power() -> None:
    control, _, normal = _one_cycle()
    _, _, cold = _one_cycle(rise=0.2)
    assert _hold_power(cold).mean() == pytest.approx(_hold_power(normal).mean(), rel=0.01)
    assert cold.temperature_c.max() < control.hall_c + 0.4 * control.rise_c


def test_hunting_widens_the_hold_and_leaves_its_mean() -> None:
    _, _, normal = _one_cycle()
    _, _, hunting = _one_cycle(hunting=0.15)
    assert _hold_power(hunting).std() > 4 * _hold_power(normal).std()
    assert _hold_power(hunting).mean() == pytest.approx(_hold_power(normal).mean(), rel=0.03)


def test_a_stage_that_hangs_stands_nearly_still_half_way() -> None:
    control, at_s, signal = _one_cycle(ramp_up_s=1_200.0, hang_up=0.75)
    hanging = signal.power_w[(at_s > 40_200) & (at_s < 41_000)] / control.power_w
    assert hanging.min() > 0.3
    assert hanging.max() < 0.7


def test_temperature_follows_power_late() -> None:
    control, at_s, signal = _one_cycle()
    rising = at_s[(signal.temperature_c - control.hall_c) > 0.5 * control.rise_c][0]
    powered = at_s[signal.power_w > 0.5 * control.power_w][0]
    assert 100 < rising - powered < 2 * control.lag_s


@pytest.mark.parametrize("way", [0.05, 0.3, 0.6, 0.75, 0.95])
def test_a_dropout_loses_the_share_it_says(way: float) -> None:
    _, at_s, signal = _one_cycle(lost=(0.3, 0.7), lost_as=way)
    within = (at_s >= 40_000) & (at_s < 43_000)
    assert (signal.loss[within] != NOTHING).mean() == pytest.approx(0.4, abs=0.02)
    assert (signal.loss[~within] == NOTHING).all()
    assert (signal.loss == NO_ROW).any() == (way > 0.9)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_about_one_row_in_a_hundred_is_dirty(site: Site) -> None:
    plant = replace(PLANT, hz=0.5)
    _, counts = rendered(plant, site, 3, plant.machines(site), 0)
    dirty = sum(counts.values()) - counts["rows"]
    typed = site.suffix == ".parquet"  # numbers and times cannot be malformed there
    assert dirty / counts["rows"] == pytest.approx(0.007 if typed else 0.010, rel=0.15)


def _press_lines(plant: Plant, day: int) -> list[list[str]]:
    content, _ = rendered(plant, SITES[0], day, plant.machines(SITES[0]), 0)
    return [line.split(";") for line in content.decode().splitlines()]


def test_a_local_clock_shows_one_hour_twice_when_summer_time_ends() -> None:
    autumn = (date(2026, 10, 25) - PLANT.start).days
    header, *lines = _press_lines(PLANT, autumn)
    assert header == ["Zeit", "Anlage", "Leistung_kW", "Temperatur_C", "Phase", "Zyklus"]
    twice = [line for line in lines if line[0].startswith("25.10.2026 02:")]
    assert len(twice) == pytest.approx(240, abs=8)
    assert len(lines) == pytest.approx(25 * 120, abs=20)


def test_a_local_clock_skips_an_hour_when_summer_time_starts() -> None:
    plant = replace(PLANT, start=date(2027, 3, 20))
    lines = _press_lines(plant, 8)
    assert not [line for line in lines if line[0].startswith("28.03.2027 02:")]
    assert len(lines) == pytest.approx(23 * 120, abs=20)


def test_gzipped_csv_starts_with_a_byte_order_mark() -> None:
    content, _ = rendered(PLANT, SITES[1], 0, PLANT.machines(SITES[1]), 0)
    assert gzip.decompress(content).startswith(b"\xef\xbb\xbftimestamp,device,voltage_v")


def test_a_cycle_over_midnight_goes_on_in_the_next_days_file() -> None:
    plant = replace(PLANT, controls=60)
    site = SITES[2]
    for control in plant.machines(site):
        for day in range(5):
            last = plant.cycles(site, control, day)[-1]
            if last.ended_s > plant.midnight_s(site, day + 1) + 600:
                content, _ = rendered(plant, site, day + 1, [control], 0)
                first_states = pl.read_parquet(io.BytesIO(content))["state"][:5].to_list()
                assert set(first_states) <= {"ramp_up", "hold", "ramp_down"}
                return
    raise AssertionError("no cycle over midnight in five days of ten ovens")
