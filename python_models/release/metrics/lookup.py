"""What there is to ask for: dimensions of a metric, its tables, words for a name that is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from python_models.release.metrics.declarations import (
    Declarations,
    Measure,
    SemanticModel,
    declared,
)

TIME = "metric_time"  # the time that a measure goes by, whatever its column is called


class MetricError(ValueError):
    """What was asked for is not there; the message says what is."""


def dimensions_of(name: str, of: Declarations | None = None) -> list[str]:
    """Return what a metric can be told by, its time first, in the shortest clear spelling."""
    all_of = of or declared()
    models = models_of(name, all_of)
    known = [spellings(all_of, model) for model in models]
    return [TIME, *(each for each in known[0] if all(each in one for one in known[1:]))]


def tables_of(names: Iterable[str], of: Declarations | None = None) -> set[tuple[str, str]]:
    """Return (schema, table) of what metrics are reckoned from, joined tables apart."""
    all_of = of or declared()
    models = [all_of.models[one.model] for name in names for one in _measures(all_of, name)]
    return {(model.schema, model.table) for model in models}


def models_of(name: str, all_of: Declarations) -> list[SemanticModel]:
    """Return the models that a metric's measures are of."""
    return [all_of.models[measure.model] for measure in _measures(all_of, name)]


def grain_of(model: SemanticModel) -> str:
    """Return what the time of a model's measures is cut to when nothing else is asked for."""
    return next(one.grain or "day" for one in model.dimensions if one.name == model.time)


def _measures(all_of: Declarations, name: str) -> list[Measure]:
    metric = all_of.metrics[name]
    if metric.kind == "simple":
        return [all_of.measures[metric.inputs[0].name]]
    return [one for part in metric.inputs for one in _measures(all_of, part.name)]


def spellings(all_of: Declarations, model: SemanticModel) -> list[str]:
    """Return what rows of a model can be told by, in the shortest clear spelling."""
    own = [entity.name for entity in model.entities if entity.name != model.key]
    own += [dimension.name for dimension in model.dimensions if dimension.name != model.time]
    near = [
        f"{entity}__{dimension.name}"
        for entity, other in neighbours(all_of, model)
        for dimension in other.dimensions
        if dimension.name not in own
    ]
    return own + near


def neighbours(all_of: Declarations, model: SemanticModel) -> Iterable[tuple[str, SemanticModel]]:
    """Yield (entity, model with one row for each of it) that rows of a model belong to."""
    for entity in model.entities:
        for other in all_of.models.values():
            if other.name != model.name and other.key == entity.name:
                yield entity.name, other


def unknown(what: str, name: str, there: Iterable[str], more: str = "") -> str:
    """Return a sentence on a name that is not there: what may be meant, and what is there."""
    names = list(there)
    listed = ", ".join(names)
    near = difflib.get_close_matches(name, names, 1, 0.6)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"There is no {what} {name}.{meant} {more or f'There is: {listed}.'}"
