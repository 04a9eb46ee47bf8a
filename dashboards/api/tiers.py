"""What a key may see of products whose rows have no tier: they count as one (SLUICE_UNTIERED)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from dashboards.api.keys import Caller
from dashboards.api.problems import Problem
from dashboards.api.security import Reader
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import seen_from


def untiered(caller: Reader) -> Caller:
    """Return who asks.

    Raises:
        Problem: 403, the key lacks the tier that these rows count as.
    """
    needed = settings().sluice_untiered
    if caller.tier is None or needed not in seen_from(caller.tier):
        raise Problem(
            403,
            f"These rows have no tier of their own and count as {needed}: this needs a key of"
            f" {', '.join(seen_from(needed))}.",
        )
    return caller


Untiered = Annotated[Caller, Depends(untiered)]
