"""What a key may see: rows of a release that is not parted by tier need a key of every tier."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from dashboards.api.keys import TIERS, Caller
from dashboards.api.problems import Problem
from dashboards.api.security import Reader


def all_tiers(caller: Reader) -> Caller:
    """Return who asks.

    Raises:
        Problem: 403, rows of a tier the key lacks may be among those asked for.
    """
    if missing := [one for one in TIERS if one not in caller.tiers]:
        raise Problem(
            403,
            "Rows of a release are not parted by tier: this needs a key of all tiers, and this one"
            f" lacks {', '.join(missing)}.",
        )
    return caller


AllTiers = Annotated[Caller, Depends(all_tiers)]
