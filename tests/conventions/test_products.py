"""Shared code knows no product by name: products are found, not listed."""

from __future__ import annotations

import re

from ingestion.landing.products import PRODUCTS
from ingestion.tables.shared_words import names_in, uses
from tests.conventions.project import ROOT


def test_a_product_is_seen_where_it_is_named() -> None:
    name = re.compile("telemetry")
    assert names_in("import ingestion.telemetry\n", ".py", name) == {"telemetry"}
    assert names_in('x = "stg_telemetry__files"\n', ".py", name) == {"telemetry"}
    assert not names_in('"""prose: telemetry"""\n# telemetry\n', ".py", name)
    assert not names_in("x = 'dlthub_telemetry'\n", ".py", name)
    assert names_in("select 1 from {{ ref('telemetry') }} -- of news\n", ".sql", name)
    assert not names_in("-- telemetry\n{# telemetry #}\n", ".sql", name)


def test_no_shared_file_names_a_product() -> None:
    assert not uses(ROOT, PRODUCTS)


def test_a_word_of_a_shared_file_is_found() -> None:
    assert "ingestion/tables/shared_words.py" in uses(ROOT, ["names_in", "no_such_word"])


def test_every_product_is_registered_and_stands_in_every_room() -> None:
    for name in PRODUCTS:
        rooms = ("ingestion", "expectations", "dashboards", "dbt_project/models")
        assert all((ROOT / room / name).is_dir() for room in (*rooms, "python_models/models")), name
