"""Sites: each keeps its log in its own way. `sources/demo.yml` declares exactly these shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl


@dataclass(frozen=True)
class Site:
    """How one site names, measures and writes what its machines do."""

    name: str
    suffix: str  # of its files: decides format and compression
    zone: str  # of its calendar days, and of its clock
    delimiter: str  # empty: not a delimited text
    decimal: str
    time_column: str
    measured: tuple[str, ...]  # columns a broken sensor touches
    columns: Callable[[pl.DataFrame], list[pl.Expr]]
    standby_w: tuple[float, float] = (8.0, 32.0)
    has_cycle_id: bool = True

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def cycle_id(self, control_id: str, day_text: str, day: int, number: int) -> str:
        """Return the id the site's own system gives a cycle."""
        if self.name == "furnace":  # a counter in every furnace
            return str(10_000 + day * 40 + number)
        return f"{control_id}/{day_text.replace('-', '')}/{number:02d}"


STAGES = ("idle", "ramp_up", "hold", "ramp_down")
_GERMAN = ("Leerlauf", "Anfahren", "Halten", "Abfahren")
_UTC = pl.col("reading_at").dt.replace_time_zone("UTC")


def _stage(words: tuple[str, ...]) -> pl.Expr:
    return pl.col("stage").replace_strict(
        list(range(len(words))), list(words), return_dtype=pl.String
    )


def _press(_: pl.DataFrame) -> list[pl.Expr]:
    """German logger: local clock, decimal comma, kW."""
    local = _UTC.dt.convert_time_zone("Europe/Berlin").dt.strftime("%d.%m.%Y %H:%M:%S%.3f")
    return [
        local.alias("Zeit"),
        pl.col("control_id").alias("Anlage"),
        (pl.col("power_w") / 1_000).round(4).alias("Leistung_kW"),
        pl.col("temperature_c").round(2).alias("Temperatur_C"),
        _stage(_GERMAN).alias("Phase"),
        pl.col("cycle_id").alias("Zyklus"),
    ]


def _kiln(frame: pl.DataFrame) -> list[pl.Expr]:
    """Meters that give voltage and current."""
    # mains voltage sways a little; current is what makes the power come out right
    voltage = 400 + 3 * (pl.int_range(frame.height) * 0.013).sin()
    return [
        pl.col("reading_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("timestamp"),
        pl.col("control_id").alias("device"),
        voltage.round(2).alias("voltage_v"),
        (pl.col("power_w") / voltage.round(2)).round(5).alias("current_a"),
        pl.col("temperature_c").round(2).alias("temp_c"),
        _stage(STAGES).alias("phase"),
        pl.col("cycle_id").alias("batch"),
    ]


def _oven(_: pl.DataFrame) -> list[pl.Expr]:
    """A historian's export: Parquet, degrees Fahrenheit, no cycle id."""
    return [
        _UTC.alias("ts"),
        pl.col("control_id").alias("asset"),
        pl.col("power_w").round(2).alias("active_power_w"),
        (pl.col("temperature_c") * 1.8 + 32).round(2).alias("temperature_f"),
        _stage(STAGES).alias("state"),
    ]


def _washer(frame: pl.DataFrame) -> list[pl.Expr]:
    """An IoT gateway: JSON, epoch milliseconds, one more sensor, neither stage nor cycle id."""
    shaking = 0.4 + 2.2 * (pl.col("power_w") / 40_000).sqrt()
    return [
        pl.col("reading_at").dt.epoch("ms").alias("t"),
        pl.col("control_id").alias("dev"),
        pl.col("power_w").round(2).alias("p"),
        pl.col("temperature_c").round(2).alias("temp"),
        (shaking + 0.05 * (pl.int_range(frame.height) * 0.71).sin())
        .round(3)
        .alias("vibration_mm_s"),
    ]


def _furnace(_: pl.DataFrame) -> list[pl.Expr]:
    """Tab-separated, kelvin, a cycle counter and no stage."""
    return [
        pl.col("reading_at").dt.strftime("%Y-%m-%d").alias("date"),
        pl.col("reading_at").dt.strftime("%H:%M:%S%.3f").alias("time"),
        pl.col("control_id").alias("furnace"),
        (pl.col("power_w") / 1_000).round(4).alias("kw"),
        (pl.col("temperature_c") + 273.15).round(2).alias("kelvin"),
        pl.col("cycle_id").alias("counter"),
    ]


def _dryer(_: pl.DataFrame) -> list[pl.Expr]:
    """JSON of a maker's cloud: local time with its offset."""
    local = _UTC.dt.convert_time_zone("Europe/Berlin")
    return [
        local.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").alias("recorded"),
        pl.col("control_id").alias("machine"),
        pl.col("power_w").round(2).alias("power"),
        pl.col("temperature_c").round(2).alias("temperature"),
        _stage(STAGES).alias("stage"),
        pl.col("cycle_id").alias("cycle"),
    ]


SITES = (
    Site(
        "press", ".csv", "Europe/Berlin", ";", ",", "Zeit", ("Leistung_kW", "Temperatur_C"), _press
    ),
    Site(
        "kiln", ".csv.gz", "UTC", ",", ".", "timestamp", ("voltage_v", "current_a", "temp_c"), _kiln
    ),
    Site(
        "oven", ".parquet", "UTC", "", ".", "ts", ("active_power_w", "temperature_f"), _oven,
        has_cycle_id=False,
    ),
    Site("washer", ".jsonl", "UTC", "", ".", "t", ("p", "temp"), _washer, has_cycle_id=False),
    # its fans never stop: stands by far above what others call off
    Site(
        "furnace", ".tsv", "UTC", "\t", ".", "date", ("kw", "kelvin"), _furnace, (90.0, 160.0),
    ),
    Site(
        "dryer", ".jsonl.gz", "Europe/Berlin", "", ".", "recorded", ("power", "temperature"), _dryer
    ),
)  # fmt: skip
