"""What every declaration of rows may say: `zone`, `since` and a reader of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from tests.ingestion.reading import PLAIN, declaration, read_text

HEAD = "machine,time,power\n"
DAYS = HEAD + "a,2024-01-01 00:30:00,1\na,2024-01-02 00:30:00,2\na,2024-01-03,3\n"


def triples(path: Path) -> Iterator[dict[str, Any]]:
    """A reader as somebody else would write it: three lines a reading."""
    lines = path.read_text().splitlines()
    if len(lines) % 3:
        raise ValueError(f"{len(lines)} lines are no triples")
    for machine, at, power in zip(*[iter(lines)] * 3, strict=True):
        yield {"machine": machine, "time": datetime.fromisoformat(at), "power": float(power)}


def test_the_zone_of_a_source_is_that_of_each_time_that_names_none(tmp_path: Path) -> None:
    read = read_text(DAYS, tmp_path, declaration(zone="Europe/Berlin"))
    assert read.values("reading_at")[0] == datetime(2023, 12, 31, 23, 30)
    columns = yaml.safe_load(PLAIN)["columns"]
    columns["reading_at"]["zone"] = "Asia/Tokyo"
    spans = {"paths": "l.csv", "control_id": {"constant": "a"}, "started_at": {"column": "from"}}
    both = declaration(zone="Europe/Berlin", columns=columns, labels={"spans": spans})
    assert both.columns.reading_at.zone == "Asia/Tokyo"
    assert both.labels.spans and both.labels.spans.started_at
    assert both.labels.spans.started_at.zone == "Europe/Berlin"
    # as the reading process is handed it
    assert type(both).model_validate_json(both.model_dump_json(by_alias=True)) == both
    with pytest.raises(ValidationError, match="no time zone"):
        declaration(zone="Berlin")


def test_readings_before_since_are_left_out_each_with_a_reject(tmp_path: Path) -> None:
    read = read_text(DAYS, tmp_path, declaration(since="2024-01-02"))
    assert read.values("power") == [2.0, 3.0]
    assert read.reasons == [(2, "before_since")]
    # days are those of UTC, in which times are stored
    read = read_text(DAYS, tmp_path, declaration(since="2024-01-02", zone="Europe/Berlin"))
    assert read.values("power") == [3.0]


def test_a_reader_of_ones_own_yields_readings(tmp_path: Path) -> None:
    own = declaration(reader=f"{__name__}:triples")
    read = read_text("a\n2024-01-01T00:00:00\n1.5\nb\n2024-01-01T00:01:00\nnan\n", tmp_path, own)
    assert read.values("control_id") == ["a", "b"]
    assert read.values("reading_at") == [datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 1)]
    with pytest.raises(Exception, match="4 lines are no triples"):
        read_text("a\n2024-01-01\n1\nb\n", tmp_path, own)


def test_a_database_needs_no_reader() -> None:
    sql = {"connection": "PLANT_DB", "table": "readings"}
    with pytest.raises(ValidationError, match="a database needs none"):
        declaration(files=None, sql=sql, reader="a:b")


def test_what_a_declaration_says_of_values_is_as_before_where_it_says_nothing_new() -> None:
    """Else all that landed under it would be read anew."""
    said = declaration().said_of_values
    assert set(said) == {"columns", "sentinels", "labels", "files"}
    assert "zone" not in json.dumps(said)
    assert declaration(since="2024-01-02").said_of_values["since"] == "2024-01-02"
    assert declaration(zone="Europe/Berlin").said_of_values != said
