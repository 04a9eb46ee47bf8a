"""Two things compared at the same places: the mean difference, its interval, and what it says.

Texts about one concept are alike, so places that share a concept are no independent witnesses:
concepts are the clusters, and a combination belongs to several. The variance of the mean is the
jackknife's, which leaves out one concept after the other with all places it is in (Arvesen 1969,
"Jackknifing U-statistics", Annals of Mathematical Statistics 40); where combinations have several
concepts it is on the large side, never on the small one (Efron and Stein 1981, "The jackknife
estimate of variance", Annals of Statistics 9). The interval is Student's with as many degrees of
freedom as there are concepts, less one: with one concept in each place, the paired t test.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
FEWEST_CONCEPTS = 4  # below, no interval says anything
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """The mean difference, its 95 % interval and p value; null where there is too little."""

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    places: int
    combos: int
    concepts: int


def paired_difference(differences: Floats, concepts: Sequence[frozenset[str]]) -> Difference:
    """Return the mean of differences at places, with its interval.

    Args:
        differences: one for each place, not empty.
        concepts: those of each place's combination.
    """
    mean, places = float(differences.mean()), len(differences)
    sums: dict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    for apart, combo in zip(differences - mean, concepts, strict=True):
        for concept in combo:
            sums[concept] += float(apart)
            counts[concept] += 1
    # what stands everywhere makes no difference between places
    clusters = sorted(concept for concept, count in counts.items() if count < places)
    size = len(clusters)
    if size < FEWEST_CONCEPTS:
        return Difference(mean, None, None, None, places, len(set(concepts)), size)
    without = np.array([-sums[one] / (places - counts[one]) for one in clusters])
    error = float(np.sqrt((size - 1) / size * ((without - without.mean()) ** 2).sum()))
    if error < 1e-12:
        p_value = float(abs(mean) < 1e-12)
    else:
        p_value = float(2 * stats.t.sf(abs(mean) / error, size - 1))
    half = float(stats.t.ppf(1 - LEVEL / 2, size - 1)) * error
    return Difference(mean, mean - half, mean + half, p_value, places, len(set(concepts)), size)


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p values for so many comparisons at once (Holm 1979); null stays null."""
    known = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    found: list[float | None] = [None] * len(p_values)
    so_far = 0.0
    for rank, (p_value, at) in enumerate(known):
        so_far = max(so_far, min(1.0, p_value * (len(known) - rank)))
        found[at] = so_far
    return found


def verdict_of(found: Difference, p_adjusted: float | None) -> str:
    """Return `higher` or `lower` where the difference is one, else `undecided` or `too_few`."""
    if p_adjusted is None:
        return "too_few"
    if p_adjusted >= LEVEL:
        return "undecided"
    return "higher" if found.value > 0 else "lower"


def sentence_of(
    one: str, two: str, found: Difference, p_adjusted: float | None, comparisons: int
) -> str:
    """Return in words whether the second differs from the first; points are of 100."""
    points = f"{abs(found.value) * 100:.1f} points"
    way = "higher" if found.value > 0 else "lower"
    where = f"at the same {found.places} places ({found.concepts} concepts)"
    if found.low is None or found.high is None or p_adjusted is None:
        return (
            f"{two} scores {points} {way} than {one} {where}: fewer than {FEWEST_CONCEPTS} "
            "concepts say nothing about others."
        )
    ends = f"95 % from {found.low * 100:+.1f} to {found.high * 100:+.1f}"
    among = f", p {_p(p_adjusted)} among {comparisons} comparisons" if comparisons > 1 else ""
    among = among or f", p {_p(p_adjusted)}"
    if p_adjusted < LEVEL:
        return f"{two} scores {points} {way} than {one} {where}; {ends}{among}."
    return (
        f"No difference is shown between {one} and {two}: {points} {way} {where} may be chance; "
        f"{ends}{among}."
    )


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
