"""How much of the variance of scores each crossed random factor carries.

Henderson's Method I (Henderson 1953, "Estimation of variance and covariance components";
Searle, Casella & McCulloch 1992, "Variance Components", section 5.3): uncorrected sums of squares
by factor are set equal to their expectations, which are linear in the components. It is unbiased
for unbalanced crossed data and equals the ANOVA estimators on balanced data. An estimate may be
negative; its variance counts as 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from python_models.experiments.agreement.levels import codes_of
from python_models.experiments.agreement.resampling import Floats

RESIDUAL = "residual"


@dataclass(frozen=True)
class Component:
    """One factor's part of the variance, in squared units of the score.

    `estimate` may be negative, `variance` is not; both are null for a factor that the data
    cannot tell from others, or of one level, which has no degrees of freedom.
    """

    name: str
    estimate: float | None
    variance: float | None
    share: float | None
    df: int


def decompose(
    scores: Sequence[float] | Floats, factors: Mapping[str, Sequence[object]]
) -> list[Component]:
    """Return the components of scores by factor, and the residual, in the order given.

    Args:
        scores: one number for each observation.
        factors: for each factor its level in each observation.
    """
    values = np.asarray(scores, dtype=np.float64)
    codes = {name: codes_of(levels)[0] for name, levels in factors.items()}
    df = {name: int(code.max(initial=0)) for name, code in codes.items()}
    kept = _estimable(codes, df, len(values))
    estimates = _solve(values, [codes[name] for name in kept]) if len(values) > 2 else None
    found = dict(zip([*kept, RESIDUAL], estimates, strict=True)) if estimates is not None else {}
    df[RESIDUAL] = max(0, len(values) - 1 - sum(df[name] for name in kept))
    total = sum(max(0.0, value) for value in found.values())
    return [_component(name, found.get(name), total, df[name]) for name in (*factors, RESIDUAL)]


def _component(name: str, value: float | None, total: float, df: int) -> Component:
    if value is None:
        return Component(name, None, None, None, df)
    variance = max(0.0, value)
    return Component(name, value, variance, variance / total if total else None, df)


def _estimable(codes: Mapping[str, np.ndarray], df: Mapping[str, int], size: int) -> list[str]:
    """Return factors of two levels or more that neither copy another nor name each score."""
    kept: list[str] = []
    for name, code in codes.items():
        if not 0 < df[name] < size - 1:
            continue
        joint = [len(np.unique(code * (codes[other].max() + 1) + codes[other])) for other in kept]
        copies = [
            df[name] + 1 == pairs == df[other] + 1 for pairs, other in zip(joint, kept, strict=True)
        ]
        if not any(copies):
            kept.append(name)
    return kept


def _solve(values: Floats, codes: list[np.ndarray]) -> list[float] | None:
    """Set sums of squares equal to their expectations; null where these are not independent."""
    size = len(values)
    centred = values - values.mean()  # the sums below do not depend on the mean
    left = np.zeros((len(codes) + 1, len(codes) + 1))
    right = np.zeros(len(codes) + 1)
    lost = [float((np.bincount(code) ** 2).sum()) / size for code in codes]
    for row, code in enumerate(codes):
        counts = np.bincount(code)
        sums = np.bincount(code, weights=centred)
        right[row] = (sums**2 / counts).sum() - centred.sum() ** 2 / size
        for column, other in enumerate(codes):
            left[row, column] = _overlap(code, other, counts) - lost[column]
        left[row, -1] = len(counts) - 1
    left[-1] = [*(size - part for part in lost), size - 1]
    right[-1] = (centred**2).sum() - centred.sum() ** 2 / size
    scaled = left / np.abs(left).max(axis=1, keepdims=True)
    if np.linalg.matrix_rank(scaled, tol=1e-9) < len(left):
        return None
    return [float(value) for value in np.linalg.solve(left, right)]


def _overlap(code: np.ndarray, other: np.ndarray, counts: np.ndarray) -> float:
    """Return the sum over level pairs of their squared count, by the first factor's count."""
    width = int(other.max()) + 1
    pairs, together = np.unique(code * width + other, return_counts=True)
    return float((together**2 / counts[pairs // width]).sum())
