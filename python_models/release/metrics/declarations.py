"""Reads the declarations of metrics: one folder a schema of the release, in dbt's semantic form.

Of the form this reads: `semantic_models` over a released table (`node_relation`), with entities,
dimensions (categorical, time) and measures; `metrics` of the types simple, ratio and derived, with
filters. Whether a file keeps to the form is said by dbt's own validation, in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dbt_project" / "metrics"
COUNT = "count"  # unit of what is counted: given as a whole number


class DeclarationError(ValueError):
    """A declaration says what this compiler does not take; the message names file and thing."""


@dataclass(frozen=True)
class Dimension:
    """What a metric can be told by.

    Attributes:
        grain: what a time is cut to when nothing else is asked for (day, hour ..); None: no time.
    """

    name: str
    expr: str
    grain: str | None
    description: str


@dataclass(frozen=True)
class Entity:
    """What a row is of: rows of models with the same entity can be told of together."""

    name: str
    expr: str
    is_key: bool


@dataclass(frozen=True)
class Measure:
    """What is reckoned over rows; agg as dbt names it (sum, count_distinct, percentile ..)."""

    name: str
    agg: str
    expr: str
    model: str
    percentile: float | None


@dataclass(frozen=True)
class SemanticModel:
    """A released table, with what may be asked of it.

    Attributes:
        time: dimension that measures go by; "" where there is no measure.
        key: what one row is one of: an entity, or a name where no column tells.
    """

    name: str
    schema: str
    table: str
    time: str
    entities: tuple[Entity, ...]
    dimensions: tuple[Dimension, ...]
    key: str


@dataclass(frozen=True)
class Input:
    """What a metric is made of: a measure or another metric, its name there, and which rows."""

    name: str
    alias: str
    filters: tuple[str, ...]
    fill: float | None = None


@dataclass(frozen=True)
class Metric:
    """A figure with a name.

    Attributes:
        kind: simple (one measure), ratio (two metrics), derived (`expr` over metrics).
        unit: what it is counted in; `count` is a whole number.
        is_daily: stands in the day's report.
    """

    name: str
    label: str
    description: str
    schema: str
    kind: str
    inputs: tuple[Input, ...]
    expr: str | None
    filters: tuple[str, ...]
    unit: str
    is_daily: bool


@dataclass(frozen=True)
class Declarations:
    """All metrics, and what they are made of, by name."""

    models: Mapping[str, SemanticModel]
    measures: Mapping[str, Measure]
    metrics: Mapping[str, Metric]


@cache
def declared(folder: Path = FOLDER) -> Declarations:
    """Return what the files of a folder declare.

    Raises:
        DeclarationError: it is in a form that this compiler does not take.
    """
    models: dict[str, SemanticModel] = {}
    measures: dict[str, Measure] = {}
    metrics: dict[str, Metric] = {}
    for path in sorted(folder.glob("*/*.yml")):
        said = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for one in said["semantic_models"]:
            models[one["name"]] = _model(one)
            measures |= {measure.name: measure for measure in _measures(one)}
        for one in said["metrics"]:
            metrics[one["name"]] = _metric(one, path)
    return Declarations(models, measures, metrics)


def _model(said: dict[str, Any]) -> SemanticModel:
    entities = tuple(
        Entity(one["name"], one.get("expr", one["name"]), one["type"] in ("primary", "unique"))
        for one in said.get("entities", ())
    )
    return SemanticModel(
        name=said["name"],
        schema=said["node_relation"]["schema_name"],
        table=said["node_relation"]["alias"],
        time=said.get("defaults", {}).get("agg_time_dimension", ""),
        entities=entities,
        key=next((one.name for one in entities if one.is_key), said.get("primary_entity", "")),
        dimensions=tuple(
            Dimension(
                name=one["name"],
                expr=str(one.get("expr", one["name"])),
                grain=one["type_params"]["time_granularity"] if one["type"] == "time" else None,
                description=one.get("description", ""),
            )
            for one in said["dimensions"]
        ),
    )


def _measures(model: dict[str, Any]) -> Iterator[Measure]:
    for one in model.get("measures", ()):
        yield Measure(
            name=one["name"],
            agg=one["agg"],
            expr=str(one.get("expr", one["name"])),
            model=model["name"],
            percentile=one.get("agg_params", {}).get("percentile"),
        )


def _metric(said: dict[str, Any], path: Path) -> Metric:
    of = said["type_params"]
    parts = {
        "simple": lambda: [of["measure"]],
        "ratio": lambda: [of["numerator"], of["denominator"]],
        "derived": lambda: of["metrics"],
    }
    if said["type"] not in parts:
        raise DeclarationError(
            f"{path.parent.name}/{path.name}: metric {said['name']} is {said['type']}; this "
            f"compiler takes {', '.join(parts)}. MetricFlow takes the others."
        )
    meta = said.get("config", {}).get("meta", {})
    return Metric(
        name=said["name"],
        label=said["label"],
        description=" ".join(said["description"].split()),
        schema=path.parent.name,
        kind=said["type"],
        inputs=tuple(map(_input, parts[said["type"]]())),
        expr=of.get("expr"),
        filters=_filters(said),
        unit=meta.get("unit", COUNT),
        is_daily=bool(meta.get("daily")),
    )


def _input(said: str | dict[str, Any]) -> Input:
    one: dict[str, Any] = {"name": said} if isinstance(said, str) else said
    name = one["name"]
    return Input(name, one.get("alias") or name, _filters(one), one.get("fill_nulls_with"))


def _filters(said: dict[str, Any]) -> tuple[str, ...]:
    found = said.get("filter") or ()
    return (found,) if isinstance(found, str) else tuple(found)
