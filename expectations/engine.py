"""Great Expectations on dbt's own DuckDB connection: metrics are SQL, rows stay where they are.

Importing this module imports Great Expectations (seconds): only a running gate does.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

from expectations.outcome import is_broken_check
from expectations.promise import Promise, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Great Expectations keeps one context for the process: gates of two dbt threads take turns.
TURN = threading.Lock()
SAMPLE_SIZE = 5
# wanted by statistical expectations that no gate uses; a third of the import's seconds
_DEFERRED = {"altair", "scipy.stats"}
# its Spark engine is not used; and where pyspark is there, its import ends a `python -c`, which it
# takes for tests of its own
_LEFT_OUT = "pyspark"


class _Deferring:
    """Finds the modules that load when an attribute of theirs is first asked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] == _LEFT_OUT:
            raise ModuleNotFoundError(f"{name} is not imported here", name=name)
        if name not in _DEFERRED:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


@contextmanager
def _deferred_modules() -> Iterator[None]:
    sys.meta_path.insert(0, _Deferring)
    try:
        yield
    finally:
        sys.meta_path.remove(_Deferring)


os.environ["GX_ANALYTICS_ENABLED"] = "false"
with _deferred_modules():
    import great_expectations as gx
from duckdb_engine import ConnectionWrapper, CursorWrapper  # noqa: E402
from great_expectations.core import ExpectationSuite, ExpectationValidationResult  # noqa: E402
from great_expectations.data_context.types.base import (  # noqa: E402
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.core import UnexpectedRowsExpectation  # noqa: E402
from great_expectations.expectations.expectation_configuration import (  # noqa: E402
    ExpectationConfiguration,
)
from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: E402
from sqlalchemy.pool import NullPool  # noqa: E402

_SEVERITIES = {"critical": FailureSeverity.CRITICAL, "warn": FailureSeverity.WARNING}

# a broken check is reported by the gate, in one line instead of a page of traceback
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


class NoRows(UnexpectedRowsExpectation):
    """A promise that a query finds nothing, asked once.

    Its parent asks twice, for the rows and for their number; a promise that is kept, as most
    are, costs one scan this way. Rows of a broken one are counted by the parent.
    """

    metric_dependencies = ("unexpected_rows_query.table",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        found = metrics["unexpected_rows_query.table"]
        return {"success": not found, "result": {"observed_value": len(found)}}


class _Cursor(CursorWrapper):
    """A cursor of its own for each statement, so that its rows can be read after the next one.

    Great Expectations gives a connection back before it fetches; on the one cursor that
    duckdb-engine shares, the rows would be gone by then.
    """

    def __init__(self, raw: DuckDBPyConnection, connection: ConnectionWrapper) -> None:
        super().__init__(raw, connection)
        self._raw = raw

    def close(self) -> None:
        self._raw.close()


class _Connection(ConnectionWrapper):
    """A view of dbt's connection that Great Expectations may neither close nor commit."""

    def __init__(self, session: DuckDBPyConnection) -> None:
        super().__init__(session)
        self._session = session

    def cursor(self) -> _Cursor:
        return _Cursor(self._session.cursor(), self)

    def begin(self) -> None:
        """Each statement stands alone: a broken check must not break those after it."""

    commit = rollback = close = begin


class GateRunner:
    """Where the promises of one gate are put to the test."""

    def __init__(self, session: DuckDBPyConnection) -> None:
        context = gx.get_context(mode="ephemeral", project_config=_in_memory())
        self._source = context.data_sources.add_sql(  # type: ignore[call-arg]  # its stub omits kwargs
            name="build",
            connection_string="duckdb://",
            create_temp_table=False,
            kwargs={"creator": lambda: _Connection(session), "poolclass": NullPool},
        )

    def check(
        self, table: Table, query: str, relations: Mapping[str, str]
    ) -> dict[str, ExpectationValidationResult]:
        """Return {promise name: result} of the promises about one table.

        The first pass only counts, all promises in one scan; what broke is asked again for
        examples of the rows that broke it.
        """
        asset = self._source.add_query_asset(name=table.name, query=query)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        found = _validate(batch, table.promises, relations, {"result_format": "SUMMARY"}, 0)
        broken = [name for name, result in found.items() if not result.success]
        again = [
            promise
            for promise in table.promises
            if promise.name in broken and not is_broken_check(found[promise.name])
        ]
        rows = [promise for promise in again if promise.query]
        values = [promise for promise in again if not promise.query]
        by_key: dict[str, Any] = {"result_format": "SUMMARY"}
        if table.key:
            by_key["unexpected_index_column_names"] = list(table.key)
        found |= _validate(batch, rows, relations, {"result_format": "COMPLETE"}, SAMPLE_SIZE)
        found |= _validate(batch, values, relations, by_key, SAMPLE_SIZE)
        return found


def _in_memory() -> DataContextConfig:
    """A context that writes nothing: neither stores nor a docs site of its own."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
    )


def _validate(
    batch: Any,
    promises: Sequence[Promise],
    relations: Mapping[str, str],
    result_format: Mapping[str, Any],
    examples: int,
) -> dict[str, ExpectationValidationResult]:
    if not promises:
        return {}
    suite = ExpectationSuite(
        name=batch.data_asset.name,
        expectations=[_configuration(promise, relations, examples) for promise in promises],
    )
    asked = dict(result_format) | {"partial_unexpected_count": examples}
    results = batch.validate(suite, result_format=asked).results
    found = {result.expectation_config.meta["promise"]: result for result in results}
    return {promise.name: _unknown(promise) for promise in promises} | found


def _unknown(promise: Promise) -> ExpectationValidationResult:
    """What is not understood is left out of a suite with no more than a log line: say so."""
    message = f"Great Expectations does not understand {promise.expectation} {promise.arguments}"
    return ExpectationValidationResult(
        success=False,
        expectation_config=ExpectationConfiguration(
            type=promise.expectation, kwargs={}, meta={"promise": promise.name}
        ),
        exception_info={"raised_exception": True, "exception_message": message},
    )


def _configuration(
    promise: Promise, relations: Mapping[str, str], examples: int
) -> ExpectationConfiguration:
    arguments = dict(promise.arguments)
    if promise.query:
        known = {name: f"({query})" for name, query in relations.items()}
        known["batch"] = "{batch}"  # Great Expectations puts the table itself in here
        arguments["unexpected_rows_query"] = promise.query.format(**known)
    return ExpectationConfiguration(
        type="no_rows" if promise.query and not examples else promise.expectation,
        kwargs=arguments,
        notes=promise.because or None,
        meta={"promise": promise.name},
        severity=_SEVERITIES[promise.severity],
    )
