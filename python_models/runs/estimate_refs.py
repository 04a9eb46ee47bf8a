"""What a model reads while it is run for an estimate: relations as built, or stand-ins."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.landing.products import PRODUCTS

if TYPE_CHECKING:
    import pyarrow as pa

STOOD_IN = "rows stand in for what earlier answers will choose"


class Refs:
    """Stands in for dbt while a model is run for its estimate: relations as they were built."""

    this = None  # what a model made last time counts like any other row: nothing is taken over

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        relations: dict[str, str],
        stand_ins: Mapping[str, pa.Table] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        self._connection, self._relations = connection, relations
        self._meta = meta or {}
        self._stand_ins = stand_ins or {}
        self.is_stood_in = False  # one of them was read
        self.config = self
        self.absent: list[str] = []

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return a model's rows; one that was never built has neither rows nor columns."""
        if name in self._stand_ins:
            self.is_stood_in = True
            return self._connection.from_arrow(self._stand_ins[name])
        try:
            return self._connection.sql(f"select * from {self._relations[name]}")
        except duckdb.CatalogException:
            self.absent.append(name)
            return self._connection.sql("select null as not_built where false")

    def __call__(self, **_: Any) -> None:
        """Take a model's configuration (which changes nothing here)."""

    def get(self, _name: str, default: Any = None) -> Any:
        """Return a setting's default."""
        return default

    def meta_get(self, name: str, default: Any = None) -> Any:
        """Return what the project's files say of the model under `meta`."""
        return self._meta.get(name, default)


def stand_ins(ref: Any, domains: Iterable[str]) -> dict[str, pa.Table]:
    """Return the rows that products give in place of those which wait for answers."""
    found: dict[str, pa.Table] = {}
    for name in domains:
        if address := PRODUCTS[name].estimate_stand_ins:
            module, _, function = address.partition(":")
            found |= getattr(importlib.import_module(module), function)(ref)
    return found
