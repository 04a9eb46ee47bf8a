"""Writes the SELECT that gives metrics, told by dimensions, for the rows that a condition leaves.

Measures of one table are reckoned in one pass over it; several tables meet on what they are told
by. A dimension is named as MetricFlow names it (`cycle__source`, `metric_time__week`) or shorter
where that is clear (`source`, `week`). Tables are joined along entities, from many rows to one:
no row is counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from python_models.release.metrics.declarations import (
    COUNT,
    Declarations,
    Dimension,
    Input,
    Metric,
    SemanticModel,
    declared,
)
from python_models.release.metrics.lookup import (
    TIME,
    MetricError,
    grain_of,
    models_of,
    neighbours,
    spellings,
    unknown,
)

GRAINS = ("hour", "day", "week", "month", "quarter", "year")  # the finest first
_NAMED = re.compile(
    r"\{\{\s*(?:Time)?(?:Dimension|Entity)\(\s*'(\w+)'\s*(?:,\s*'(\w+)'\s*)?\)\s*\}\}"
)
_AGGREGATES = {
    "sum": "sum({0})",
    "min": "min({0})",
    "max": "max({0})",
    "average": "avg({0})",
    "median": "median({0})",
    "count": "count({0})",
    "count_distinct": "count(distinct {0})",
    "sum_boolean": "count(case when {0} then 1 end)",
    "percentile": "quantile_cont({0}, {1})",
}


@dataclass
class _Pass:
    """One pass over a released table."""

    model: SemanticModel
    by: list[str] = field(default_factory=list)
    condition: str | None = None
    joined: dict[str, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)


def metric_sql(
    names: Sequence[str] | Mapping[str, str],
    by: Sequence[str] = (),
    where: str = "",
    of: Declarations | None = None,
) -> str:
    """Return the SELECT that gives metrics: what they are told by first, one column each.

    Args:
        names: of metrics; a mapping says what their columns are called.
        by: of dimensions; the rows are in their order.
        where: a condition over dimensions, in SQL; it is no place for data: a value that is not
            the caller's own is bound or typed by the person who asks.

    Raises:
        MetricError: there is no such metric or dimension, or the condition is not one.
    """
    all_of = of or declared()
    for name in names:
        if name not in all_of.metrics:
            raise MetricError(unknown("metric", name, all_of.metrics, "make metric lists all."))
    called = names if isinstance(names, Mapping) else {name: name for name in names}
    return _Query(all_of, by, where).sql(called)


class _Query:
    """One question: the passes over tables it takes, and what is reckoned from them."""

    def __init__(self, all_of: Declarations, by: Sequence[str], where: str) -> None:
        self._all = all_of
        self._by = list(by)
        self._where = where
        self._passes: dict[str, _Pass] = {}
        self._grain = ""  # of a time without one: the coarsest of all tables, or days meet hours

    def sql(self, called: Mapping[str, str]) -> str:
        """Return the SELECT of {metric: its column}."""
        models = [model for name in called for model in models_of(name, self._all)]
        self._grain = max(map(grain_of, models), key=GRAINS.index)
        figures = {name: self._figure(self._all.metrics[name], ()) for name in called}
        passes = list(self._passes.values())
        told = [exp.to_identifier(name, quoted=True).sql("duckdb") for name in self._by]
        columns = [
            f"coalesce({', '.join(f'pass_{at}.{name}' for at in range(len(passes)))}) as {name}"
            if len(passes) > 1
            else f"pass_0.{name}"
            for name in told
        ]
        columns += [
            f"{f'cast({figure} as bigint)' if self._all.metrics[name].unit == COUNT else figure}"
            f" as {called[name]}"
            for name, figure in figures.items()
        ]
        order = f"\norder by {', '.join(f'{name} nulls last' for name in told)}" if told else ""
        ctes = ",\n".join(f"pass_{at} as (\n{_body(one, told)}\n)" for at, one in enumerate(passes))
        listed = ",\n    ".join(columns)
        return f"with {ctes}\nselect\n    {listed}\nfrom pass_0{_met(len(passes), told)}{order}"

    def _figure(self, metric: Metric, filters: tuple[str, ...]) -> str:
        here = filters + metric.filters
        if metric.kind == "simple":
            return self._measured(metric.inputs[0], here)
        parts = {
            part.alias: self._figure(self._all.metrics[part.name], here + part.filters)
            for part in metric.inputs
        }
        if metric.kind == "ratio":
            above, below = (parts[part.alias] for part in metric.inputs)
            return f"(cast({above} as double) / nullif({below}, 0))"
        tree = sqlglot.parse_one(str(metric.expr), read="duckdb")
        return f"({tree.transform(lambda node: _put(node, parts)).sql('duckdb')})"

    def _measured(self, part: Input, filters: tuple[str, ...]) -> str:
        measure = self._all.measures[part.name]
        model = self._all.models[measure.model]
        one = self._passes.get(model.name) or self._begin(model)
        reckoned = _AGGREGATES[measure.agg].format(_of(model, measure.expr), measure.percentile)
        if kept := [self._condition(one, text) for text in (*filters, *part.filters)]:
            reckoned += f" filter (where {' and '.join(kept)})"
        column = one.measures.setdefault(reckoned, f"measure_{len(one.measures)}")
        found = f"pass_{list(self._passes).index(model.name)}.{column}"
        return found if part.fill is None else f"coalesce({found}, {part.fill})"

    def _begin(self, model: SemanticModel) -> _Pass:
        one = self._passes[model.name] = _Pass(model)
        one.by = [self._told_by(one, name) for name in self._by]
        if self._where:
            one.condition = self._condition(one, self._where)
        return one

    def _told_by(self, one: _Pass, name: str) -> str:
        """Return what rows are grouped by: a time is cut to the grain asked for, or its own."""
        expr, dimension, grain = self._found(one, name)
        if grain is None and dimension and dimension.grain:
            is_own = dimension.name == one.model.time
            grain = self._grain if is_own else dimension.grain
        if grain is None:
            return expr
        cut = f"date_trunc('{grain}', {expr})"
        return cut if grain == "hour" else f"cast({cut} as date)"

    def _condition(self, one: _Pass, text: str) -> str:
        """Return a condition over dimensions as one over columns.

        Raises:
            MetricError: it is no condition, or asks for more than the dimensions of the rows.
        """
        plain = _NAMED.sub(lambda found: "__".join(filter(None, found.groups())), text)
        try:
            tree = exp.paren(sqlglot.parse_one(plain, read="duckdb"))
        except sqlglot.ParseError as error:
            raise MetricError(f"WHERE={text}: not a condition. {_first_line(error)}") from None
        is_said = isinstance(tree.this, exp.Condition)  # no statement, nor several
        if not is_said or tree.find(exp.Query, exp.AggFunc, exp.Window):
            raise MetricError(f"WHERE={text}: say a condition on one row, without select or sum.")
        return tree.transform(lambda node: self._in_condition(one, node)).sql("duckdb")

    def _in_condition(self, one: _Pass, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        expr, _, grain = self._found(one, node.name)
        return sqlglot.parse_one(f"date_trunc('{grain}', {expr})" if grain else expr, read="duckdb")

    def _found(self, one: _Pass, name: str) -> tuple[str, Dimension | None, str | None]:
        """Return (SQL, dimension or None for an entity, grain asked for) of a name."""
        model = one.model
        plain, grain = _without_grain(name)
        by_name = {dimension.name: dimension for dimension in model.dimensions}
        if plain == TIME:
            return _of(model, by_name[model.time].expr), by_name[model.time], grain
        before, _, short = plain.rpartition("__")
        if before in ("", model.key) and (short in by_name):
            return _of(model, by_name[short].expr), by_name[short], grain
        for entity in model.entities:
            if plain == entity.name:
                return _of(model, entity.expr), None, None
        for entity_name, other in neighbours(self._all, model):
            found = next((each for each in other.dimensions if each.name == short), None)
            if found and before in ("", entity_name):
                return self._join(one, entity_name, other, found), found, grain
        there = [TIME, *spellings(self._all, model)]
        raise MetricError(unknown(f"dimension of {model.table} called", name, there))

    def _join(self, one: _Pass, entity: str, other: SemanticModel, found: Dimension) -> str:
        key = {
            model.name: next(
                _of(model, each.expr) for each in model.entities if each.name == entity
            )
            for model in (one.model, other)
        }
        one.joined[other.name] = (
            f"left join {other.schema}.{other.table} as {other.name}"
            f" on {key[one.model.name]} = {key[other.name]}"
        )
        return _of(other, found.expr)


def _without_grain(name: str) -> tuple[str, str | None]:
    if name in GRAINS:
        return TIME, name
    plain, _, grain = name.rpartition("__")
    return (plain, grain) if grain in GRAINS and plain else (name, None)


def _of(model: SemanticModel, expr: str) -> str:
    """Return an expression over columns as one over columns of a model's table."""
    tree = sqlglot.parse_one(expr, read="duckdb")
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(model.name))
    return tree.sql("duckdb")


def _put(node: exp.Expr, parts: dict[str, str]) -> exp.Expr:
    is_part = isinstance(node, exp.Column) and node.name in parts
    return sqlglot.parse_one(parts[node.name], read="duckdb") if is_part else node


def _body(one: _Pass, told: Sequence[str]) -> str:
    columns = [f"{expr} as {name}" for expr, name in zip(one.by, told, strict=True)]
    columns += [f"{reckoned} as {column}" for reckoned, column in one.measures.items()]
    lines = ["select", ",\n".join(f"    {column}" for column in columns)]
    lines += [f"from {one.model.schema}.{one.model.table} as {one.model.name}"]
    lines += one.joined.values()
    lines += [f"where {one.condition}"] if one.condition else []
    lines += [f"group by {', '.join(str(at + 1) for at in range(len(told)))}"] if told else []
    return "\n".join(f"    {line}" for line in "\n".join(lines).splitlines())


def _met(passes: int, told: Sequence[str]) -> str:
    """Return how passes over several tables meet: where they agree in what they are told by."""
    if not told:
        return "".join(f"\ncross join pass_{at}" for at in range(1, passes))
    met = ""
    for at in range(1, passes):
        same = [
            f"coalesce({', '.join(f'pass_{one}.{name}' for one in range(at))})"
            f" is not distinct from pass_{at}.{name}"
            for name in told
        ]
        met += f"\nfull outer join pass_{at} on {' and '.join(same)}"
    return met


def _first_line(error: Exception) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
