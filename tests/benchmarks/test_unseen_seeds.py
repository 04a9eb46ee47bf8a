"""Detection holds on plants nobody has tuned anything to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.unseen_seeds import FIRST_SEED, SCALES, result_of


@pytest.mark.long
@pytest.mark.parametrize("number", range(20))
def test_an_unseen_plant_is_judged_well(tmp_path: Path, number: int) -> None:
    result = result_of(tmp_path, FIRST_SEED + number, SCALES[number % len(SCALES)])
    assert result.is_good, result
