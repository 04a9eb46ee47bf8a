"""Dirt: about one row in a hundred that a real delivery would get wrong."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from ingestion.telemetry.simulator.signals import (
    NEITHER,
    NO_POWER,
    NO_ROW,
    NO_TEMPERATURE,
    SENTINEL,
)
from ingestion.telemetry.simulator.sites import Site

SENTINEL_VALUE = -999
# shares of all rows; together one in a hundred
FRAME_SHARES = {"sentinel": 0.0025, "duplicate": 0.0020, "out_of_order": 0.0025}
TEXT_SHARES = {"bad_number": 0.0010, "ragged": 0.0010, "bad_time": 0.0010}
_BAD_NUMBERS = ("n/a!", "#WERT!", "12;5.3", "ERR", "1.2.3", "0x1F", "--")
_BAD_TIMES = ("31.02.2026 26:61:00", "0000-00-00 00:00:00", "yesterday", "2026-13-45T99:00:00Z")


def with_losses(frame: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Return the site's columns with what a dead sensor or logger left out."""
    loss = pl.col("loss")
    power, temperature = site.measured[:-1], site.measured[-1]
    columns = [_emptied(name, loss.is_in([NO_POWER, NEITHER]), loss == SENTINEL) for name in power]
    columns.append(_emptied(temperature, loss.is_in([NO_TEMPERATURE, NEITHER]), loss == SENTINEL))
    return frame.with_columns(columns).filter(loss != NO_ROW).drop("loss")


def _emptied(name: str, empty: pl.Expr, sentinel: pl.Expr | pl.Series) -> pl.Expr:
    value = pl.when(sentinel).then(float(SENTINEL_VALUE)).otherwise(pl.col(name))
    return pl.when(empty).then(None).otherwise(value).alias(name)


def soiled_frame(
    frame: pl.DataFrame, site: Site, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the rows with sentinels, exact copies and rows out of order, and how many of each."""
    rows = frame.height
    counts = {kind: int(rng.binomial(rows, share)) for kind, share in FRAME_SHARES.items()}
    hit = np.zeros(rows, dtype=bool)
    hit[rng.choice(rows, counts["sentinel"], replace=False)] = True
    column = site.measured[int(rng.integers(len(site.measured)))]
    frame = frame.with_columns(_emptied(column, pl.lit(False), pl.Series("hit", hit)))
    place = np.arange(rows, dtype=np.float64)
    late = rng.choice(rows, counts["out_of_order"], replace=False)
    place[late] += rng.integers(2, 400, late.size) + 0.5
    order = np.argsort(place, kind="stable")
    times = np.ones(rows, dtype=np.int64)
    times[rng.choice(rows, counts["duplicate"], replace=False)] = 2
    return frame[np.repeat(order, times[order])], counts


def break_lines(
    lines: list[bytes], site: Site, rng: np.random.Generator, columns: list[str]
) -> dict[str, int]:
    """Spoil some lines of a text file in place; return how many in which way."""
    header_lines = 1 if site.delimiter else 0
    rows = len(lines) - header_lines
    counts = {kind: int(rng.binomial(rows, share)) for kind, share in TEXT_SHARES.items()}
    hit = rng.choice(rows, sum(counts.values()), replace=False) + header_lines
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    for position, kind in zip(hit, kinds, strict=True):
        line = lines[position].decode()
        if site.delimiter:
            line = _spoiled_csv(line, kind, site, rng, columns.index(site.measured[0]))
        else:
            line = _spoiled_json(line, kind, site, rng)
        lines[position] = line.encode()
    return counts


def _spoiled_csv(
    line: str, kind: str, site: Site, rng: np.random.Generator, number_column: int
) -> str:
    fields = line.split(site.delimiter)
    if kind == "bad_number":
        words = [word for word in _BAD_NUMBERS if site.delimiter not in word]
        fields[number_column] = words[int(rng.integers(len(words)))]
    elif kind == "bad_time":
        fields[0] = _BAD_TIMES[int(rng.integers(len(_BAD_TIMES)))]
    elif rng.random() < 0.5:
        fields = fields[: int(rng.integers(1, len(fields) - 1))]
    else:
        fields += ["?"] * int(rng.integers(1, 4))
    return site.delimiter.join(fields)


def _spoiled_json(line: str, kind: str, site: Site, rng: np.random.Generator) -> str:
    if kind == "ragged":
        return line[: int(rng.integers(5, len(line) - 2))]
    if kind == "bad_number":
        name, word = site.measured[0], _BAD_NUMBERS[int(rng.integers(len(_BAD_NUMBERS)))]
    else:
        name, word = site.time_column, _BAD_TIMES[int(rng.integers(len(_BAD_TIMES)))]
    return re.sub(rf'"{name}":("[^"]*"|[^,}}]*)', lambda _: f'"{name}":"{word}"', line, count=1)
