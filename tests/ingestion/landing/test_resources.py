"""How raw tables are described to dlt."""

from __future__ import annotations

from typing import get_args

import pytest
from dlt.common.data_types import TDataType

from ingestion.landing.resources import type_hint
from ingestion.tables.shapes import TYPES


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_that_a_table_may_declare_has_a_name_in_dlt(kind: str) -> None:
    assert type_hint(TYPES[kind])["data_type"] in get_args(TDataType)
