"""Headers of models come from the version that landed last."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from python_models.experiments.headers import headers_of

MODEL = {"endpoint": "lab", "provider_model": "m", "parameters": "{}"}


def test_headers_are_those_of_the_version_that_landed_last() -> None:
    versions = [
        MODEL | {"load_id": "20260102T000000-ab", "extra_headers": '{"X-Lane": "fast"}'},
        MODEL | {"load_id": "20260101T000000-cd", "extra_headers": '{"X-Lane": "slow"}'},
        MODEL | {"load_id": "20260101T000000-cd", "parameters": "{1}", "extra_headers": None},
    ]
    relation = duckdb.connect().from_arrow(pa.Table.from_pylist(versions))
    assert headers_of(relation) == {
        ("lab", "m", "{}"): '{"X-Lane": "fast"}',
        ("lab", "m", "{1}"): None,
    }


def test_models_that_were_never_built_have_no_headers() -> None:
    assert headers_of(None) == {}
    assert headers_of(duckdb.sql("select null as not_built where false")) == {}
