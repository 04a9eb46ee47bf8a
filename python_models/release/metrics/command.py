"""Command `make metric`: a figure by its name, on the release.

    make metric                                      what there is
    make metric NAME=issues BY=week,control_id
    make metric NAME=spend_usd,tokens BY=domain WHERE="month >= '2026-10-01'" FORMAT=csv

Several names or dimensions are set apart by commas. FORMAT is one of those of `make sql`.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import told
from python_models.release.metrics.compiler import metric_sql
from python_models.release.metrics.declarations import Metric, declared
from python_models.release.metrics.lookup import MetricError, dimensions_of
from python_models.release.metrics.metricflow_sql import metricflow_sql
from python_models.release.reader import NothingReleased, StatementRefused, open_release
from python_models.release.sql import WRITERS, show

_IN = " " * 8
_HOW = """make metric NAME=.. BY=.. WHERE=.. FORMAT=.. BY also takes hour, day, week, month, quarter
and year of the metric's time (metric_time), and of another time's name: started_at__week."""


def main(arguments: list[str] | None = None) -> int:
    """Write metrics, or what metrics there are; returns the exit code."""
    parser = Arguments(prog="python -m python_models.release.metrics.command", description=__doc__)
    parser.add_argument("--name", default="", help="metrics, set apart by commas")
    parser.add_argument("--by", default="", help="dimensions, set apart by commas")
    parser.add_argument("--where", default="", help="a condition over dimensions, in SQL")
    parser.add_argument("--format", default="table", choices=("table", *WRITERS))
    parser.add_argument("--sql", action="store_true", help="write the SELECT instead of its rows")
    parser.add_argument("--metricflow", action="store_true", help="MetricFlow writes the SELECT")
    options = parser.parse_args(arguments)
    names, by = _words(options.name), _words(options.by)
    try:
        if not names:
            say("\n".join(listed()))
            return 0
        written_by = metricflow_sql if options.metricflow else metric_sql
        query = written_by(names, by, options.where)
        if options.sql:
            say(query)
            return 0
        with open_release() as connection:
            show(connection, query, options.format)
    except duckdb.CatalogException:
        sys.stderr.write(f"{_not_released(names)}\n")
        return 1
    except (MetricError, NothingReleased, StatementRefused, duckdb.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def listed() -> Iterator[str]:
    """Yield what metrics there are: those of one table together, then what they are told by."""
    metrics = declared().metrics.values()
    schemas = dict.fromkeys(metric.schema for metric in metrics)
    for schema in schemas:
        yield f"\n{schema}"
        together: dict[str, list[Metric]] = {}
        for metric in (metric for metric in metrics if metric.schema == schema):
            together.setdefault(", ".join(dimensions_of(metric.name)), []).append(metric)
        for dimensions, ones in together.items():
            yield from (f"  {metric.name:26} {_said(metric)}" for metric in ones)
            yield from textwrap.wrap(
                f"by {dimensions}", 98, initial_indent=_IN, subsequent_indent=_IN
            )
    yield f"\n{_HOW}"


def _said(metric: Metric) -> str:
    unit = "" if metric.unit == "count" else f" ({metric.unit})"
    return f"{metric.description.removesuffix('.')}{unit}"


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _not_released(names: list[str]) -> str:
    schemas = sorted({declared().metrics[name].schema for name in names})
    return f"Nothing of {', '.join(schemas)} is released yet: make run DOMAIN={','.join(schemas)}"


if __name__ == "__main__":
    raise SystemExit(told(main))
