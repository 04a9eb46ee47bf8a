"""Rendering: the bytes of one file of one site and day."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from ingestion.telemetry.simulator.cycles import Cycle, day_cycles
from ingestion.telemetry.simulator.dirt import break_lines, soiled_frame, with_losses
from ingestion.telemetry.simulator.faults import faults_of_day
from ingestion.telemetry.simulator.machines import DIRT_KEY, Machine, generator, machine
from ingestion.telemetry.simulator.signals import Signal, read
from ingestion.telemetry.simulator.sites import SITES, Site


@dataclass(frozen=True)
class Plant:
    """What decides every byte that is written."""

    seed: int
    controls: int
    hz: float
    fault_scale: float
    clean_days: int
    start: date

    def machines(self, site: Site) -> list[Machine]:
        """Return the machines of a site; controls are dealt to the sites in turn."""
        first = SITES.index(site)
        return [
            machine(self.seed, index, site.standby_w)
            for index in range(first, self.controls, len(SITES))
        ]

    def day_date(self, day: int) -> date:
        """Return the calendar day number `day`, from 0."""
        return self.start + timedelta(days=day)

    def midnight_s(self, site: Site, day: int) -> float:
        """Return when a day starts on the site's calendar, in seconds since the plant's start."""
        local = datetime.combine(self.day_date(day), time(), tzinfo=site.tz)
        return local.timestamp() - self.epoch_s

    @property
    def epoch_s(self) -> float:
        """Start of the plant in Unix time."""
        return datetime.combine(self.start, time(), tzinfo=UTC).timestamp()

    def cycles(self, site: Site, control: Machine, day: int) -> list[Cycle]:
        """Return the cycles a control starts on a day; none before the plant opened."""
        if day < 0:
            return []
        faults = faults_of_day(self.seed, control.index, day, self.fault_scale, self.clean_days)
        return day_cycles(self.seed, control, day, self.midnight_s(site, day), faults)


def control_id(site: Site, control: Machine) -> str:
    """Return the name of a control."""
    return f"{site.name}-{control.index // len(SITES) + 1:02d}"


def rendered(
    plant: Plant, site: Site, day: int, controls: list[Machine], part: int
) -> tuple[bytes, dict[str, int]]:
    """Return the bytes of a file and its counts: rows, and dirty ones by kind."""
    frame = _frame(plant, site, day, controls)
    frame = with_losses(frame.select(*site.columns(frame), "loss"), site)
    rng = generator(DIRT_KEY, plant.seed, SITES.index(site), day, part)
    frame, counts = soiled_frame(frame, site, rng)
    if site.suffix == ".parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd")
        return buffer.getvalue(), {"rows": frame.height} | counts
    content, broken = _text(frame, site, rng)
    if site.suffix.endswith(".gz"):
        # no time and no name in the header: the same rows give the same bytes
        content = gzip.compress(content, compresslevel=4, mtime=0)
    return content, {"rows": frame.height} | counts | broken


def _text(
    frame: pl.DataFrame, site: Site, rng: np.random.Generator
) -> tuple[bytes, dict[str, int]]:
    buffer = io.BytesIO()
    if not site.delimiter:
        frame.write_ndjson(buffer)
    else:
        frame.write_csv(
            buffer,
            separator=site.delimiter,
            decimal_comma=site.decimal == ",",
            float_scientific=False,
        )
    lines = buffer.getvalue().splitlines()
    broken = break_lines(lines, site, rng, frame.columns)
    mark = b"\xef\xbb\xbf" if site.suffix == ".csv.gz" else b""
    return mark + b"\n".join(lines) + b"\n", broken


def _frame(plant: Plant, site: Site, day: int, controls: list[Machine]) -> pl.DataFrame:
    """Return what the controls did on a day, one row for each reading, in order of time."""
    at_s = _ticks(plant, site, day)
    frames = [_control_frame(plant, site, day, control, at_s) for control in controls]
    if len(frames) == 1:
        return frames[0]
    order = np.arange(len(frames) * at_s.size).reshape(len(frames), at_s.size).T.ravel()
    return pl.concat(frames)[order]


def _ticks(plant: Plant, site: Site, day: int) -> np.ndarray:
    first, last = (plant.midnight_s(site, day + more) for more in (0, 1))
    numbers = np.arange(np.ceil(first * plant.hz), np.ceil(last * plant.hz))
    return np.round(numbers / plant.hz, 3)


def _control_frame(
    plant: Plant, site: Site, day: int, control: Machine, at_s: np.ndarray
) -> pl.DataFrame:
    earlier, own = (plant.cycles(site, control, day - back) for back in (1, 0))
    signal = read(plant.seed, control, day, earlier + own, at_s)
    name = control_id(site, control)
    days = [day - 1] * len(earlier) + [day] * len(own)
    ids = [
        site.cycle_id(name, plant.day_date(started).isoformat(), started, cycle.number)
        for started, cycle in zip(days, earlier + own, strict=True)
    ]
    return pl.DataFrame(
        {
            "reading_at": _microseconds(plant, signal),
            "stage": signal.stage,
            "power_w": signal.power_w,
            "temperature_c": signal.temperature_c,
            "loss": signal.loss,
        }
    ).with_columns(
        pl.lit(name).alias("control_id"),
        pl.Series("cycle_id", ids, dtype=pl.String)
        .gather(np.maximum(signal.cycle, 0))
        .zip_with(pl.Series(signal.cycle >= 0), pl.Series([None], dtype=pl.String)),
    )


def _microseconds(plant: Plant, signal: Signal) -> pl.Series:
    stamps = (np.round((signal.at_s + plant.epoch_s) * 1_000) * 1_000).astype(np.int64)
    return pl.Series("reading_at", stamps).cast(pl.Datetime("us"))
