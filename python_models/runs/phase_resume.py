"""Going on with a run of a product that is kept by phase, however old it is.

The newest run is gone on from to its release. An older one writes phases, and what follows from
them for its own report: never marts, never a release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ingestion.lakehouse import journal
from ingestion.landing.registration import Product
from python_models.release import kept_phases
from python_models.runs.invocation import GOOD, RAW_NOT_READ
from python_models.runs.phase_restore import VARIABLE, Restoring, kept_before
from python_models.runs.phase_store import NEW_ATTEMPT, NODE

READS_RAW = 2  # phases up to this one may read raw tables


@dataclass(frozen=True)
class GoingOn:
    """How a build has to be started so that it goes on with a kept run."""

    product: Product
    run_id: str  # of the product
    number: int  # first phase that is made again; beyond the last: what follows them all
    is_newest: bool  # of the product, and nobody made its marts since
    is_asked: bool  # by a person: what is made is an attempt of its own

    @property
    def variables(self) -> dict[str, str]:
        """Variables of dbt: the run whose phases are built."""
        return {f"{self.product.name}_run": self.run_id}

    @property
    def environment(self) -> dict[str, str]:
        """What the build has to be told."""
        told = {VARIABLE: str(Restoring(self.product.name, self.run_id, self.number))}
        if self.is_asked:
            told[NEW_ATTEMPT] = "1"
        if not self.is_newest and self.number > READS_RAW:
            told[RAW_NOT_READ] = "1"
        return told

    def narrowed(self, selectors: Iterable[str]) -> list[str]:
        """Return selectors that select of an older run no more than its phases."""
        if self.is_newest:
            return sorted(selectors)
        last = f"+{last_node(self.product, len(self.product.phases))}"
        return sorted(f"{selector},{last}" for selector in selectors)


def last_node(product: Product, number: int) -> str:
    """Return the name of the node that keeps a phase."""
    return f"phase_{product.name}__{number:02d}_{product.phases[number - 1]}"


def going_on(
    run_id: str,
    selected: Collection[str],
    left: Collection[str],
    step: str | None,
    domain: str | None,
) -> GoingOn | None:
    """Return how to go on with a run whose phases are kept; None when none are.

    Args:
        run_id: a run of the journal.
        selected: unique ids of all that was to be part of it.
        left: those of them that are still to be made.
        step: ordinal or name of the phase to begin with; None: the first that is left.
        domain: the only product that is meant.

    Raises:
        NotKept: a phase before is not there, or not as those before it.
    """
    for product in kept_phases.with_phases():
        if domain not in (None, product.name) or not _ordinals(product, selected):
            continue
        number = named(product, step) if step else _first_left(product, left)
        if number is None:
            continue
        with kept_phases.reading() as connection:
            rows = kept_phases.runs_of(connection, product)
        own = kept_phases.run_of_product(rows, run_id)
        if own is None:
            continue
        kept_before(rows, product, own, number)
        is_newest = kept_phases.newest_run(rows) == own and not _is_released_since(product, run_id)
        return GoingOn(product, own, number, is_newest, is_asked=bool(step))
    return None


def _is_released_since(product: Product, run_id: str) -> bool:
    """Say whether another run of the journal made the product's marts after this one's last."""
    marks = ", ".join("?" for _ in GOOD)
    return bool(
        journal.rows(
            "select 1 from node_runs inner join runs using (invocation_id)"
            f" where node_runs.node = ? and node_runs.status in ({marks}) and runs.run_id <> ?"
            " and runs.rowid > (select max(rowid) from runs where run_id = ?) limit 1",
            (f"release_{product.name}__published", *GOOD, run_id, run_id),
        )
    )


def named(product: Product, step: str) -> int | None:
    """Return the ordinal of a phase that is named by it, by its name, or by both."""
    wanted = step.strip().lower()
    for ordinal, name in enumerate(product.phases, 1):
        if wanted in (str(ordinal), name, f"{ordinal} {name}"):
            return ordinal
    return None


def _first_left(product: Product, left: Collection[str]) -> int:
    """Return the ordinal of the first phase that is not complete."""
    return min(_ordinals(product, left), default=len(product.phases) + 1)


def _ordinals(product: Product, unique_ids: Iterable[str]) -> list[int]:
    matches = (NODE.match(unique_id.split(".")[-1]) for unique_id in unique_ids)
    return [int(match["number"]) for match in matches if match and match["product"] == product.name]


def of_phase(nodes: Iterable[dict[str, Any]], kept: GoingOn) -> list[dict[str, Any]]:
    """Return the nodes of the first phase that is made again."""
    return [
        node
        for node in nodes
        if node["domain"] == kept.product.name
        and (node["phase"] or "").partition(" ")[0] == str(kept.number)
    ]
