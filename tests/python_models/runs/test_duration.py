"""How long a run takes is said before it begins: as the last of the same did, or by its models."""

from __future__ import annotations

import json
import re

import pytest

from ingestion.lakehouse import journal
from ingestion.landing.products import PRODUCTS
from python_models.runs import duration


def note_run(number: int, seconds: float, select: list[str] | None, status: str) -> None:
    shared = {"invocation_id": f"i{number}", "run_id": f"r{number}"}
    journal.put(
        "runs", [shared | {"started_at": journal.now(), "seconds": seconds, "status": status}]
    )
    journal.put(
        "run_args",
        [
            shared
            | {
                "arguments": json.dumps({"select": select}),
                "variables": "{}",
                "environment": "{}",
                "files": "{}",
                "selected": "[]",
                "recorded_at": journal.now(),
            }
        ],
    )


def test_a_first_run_is_reckoned_product_by_product() -> None:
    assert not duration.has_built()
    said = duration.first_run(())
    parts = {name: int(seconds) for name, seconds in re.findall(r"(\w+) (\d+)[,.]", said)}
    total = int(re.search(r"about (\d+) s", said)[1])  # type: ignore[index]
    assert set(parts) == {"start", *PRODUCTS}
    assert total == sum(parts.values())
    one = next(iter(PRODUCTS))
    assert f"{one} {parts[one]}." in duration.first_run([one])


@pytest.mark.parametrize(
    ("domains", "seconds"), [((), 60.0), (("telemetry",), 20.0), (("news", "telemetry"), None)]
)
def test_the_last_good_run_of_the_same_products_counts(
    domains: tuple[str, ...], seconds: float | None
) -> None:
    note_run(1, 99, None, "success")
    note_run(2, 60, None, "success")
    note_run(3, 20, ["telemetry"], "success")
    note_run(4, 5, None, "failed")
    assert duration.has_built()
    assert duration.last_seconds(domains) == seconds
