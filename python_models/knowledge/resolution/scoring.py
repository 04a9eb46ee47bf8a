"""Names that may be one thing's: pairs that share a word or a beginning, with a score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from python_models.knowledge.resolution.anchors import Anchor, Settings
from python_models.knowledge.resolution.names import likeness

Name = tuple[str, str]  # type, folded name
CROWD = 200  # names of a block that is looked at; a commoner word tells nothing
SAME_PLACE = 0.97  # likeness of two names that one document has, to be taken for one thing's


def scored_pairs(
    places: Mapping[Name, Sequence[Anchor]],
    together: Mapping[str, Collection[Name]],
    settings: Settings,
) -> Iterable[tuple[float, Name, Name]]:
    """Return pairs of names whose score reaches the threshold.

    Args:
        places: where each name stands.
        together: names by document.
        settings: weights and threshold.
    """
    around = {name: _neighbours(name, places[name], together) for name in places}
    documents = {name: {one.object_id for one in places[name]} for name in places}
    least = settings.threshold - settings.neighbour_weight
    seen: set[tuple[Name, Name]] = set()
    for names in blocks(places):
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                if (one, other) in seen:
                    continue
                seen.add((one, other))
                alike = likeness(one[1], other[1])
                if alike < least:
                    continue
                if alike < SAME_PLACE and documents[one] & documents[other]:
                    continue
                shared = overlap(around[one] - {other}, around[other] - {one})
                both = settings.name_weight * alike + settings.neighbour_weight * shared
                score = max(alike if alike >= settings.threshold else 0.0, both)
                if score >= settings.threshold:
                    yield score, one, other


def blocks(names: Iterable[Name]) -> Iterable[list[Name]]:
    """Return names of one type that share a word or a beginning; crowded blocks are left out."""
    found: dict[Name, set[Name]] = defaultdict(set)
    for kind, key in names:
        for block in {word for word in key.split() if len(word) > 2} | {f"{key[:4]}.."}:
            found[kind, block].add((kind, key))
    for _, crowd in sorted(found.items()):
        if 1 < len(crowd) <= CROWD:
            yield sorted(crowd)


def _neighbours(
    name: Name, places: Iterable[Anchor], together: Mapping[str, Collection[Name]]
) -> set[Name]:
    found: set[Name] = set()
    for one in places:
        found.update(together[one.object_id])
    return found - {name}


def overlap(one: Collection[Name], other: Collection[Name]) -> float:
    """Return what two sets have in common, as a share of the smaller one."""
    fewer = min(len(one), len(other))
    return len(set(one) & set(other)) / fewer if fewer else 0.0
