"""Names as numbers: which of the different values each observation has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def codes_of(values: Any) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return each value's number, and the values as texts in the order they first come.

    Args:
        values: an Arrow column, or a sequence of anything that has a text.
    """
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.array([str(value) for value in values], pa.string())
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    found = values.dictionary_encode()
    return found.indices.to_numpy().astype(np.int64), found.dictionary.to_pylist()
