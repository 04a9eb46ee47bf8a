"""The kept phases of a run as documents: what is known of each, and the rows it left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product, loaded
from python_models.release import kept_phases

Document = dict[str, Any]
METADATA = (
    "run_id",
    "phase_name",
    "phase_number",
    "attempt",
    "timestamp",
    "duration_seconds",
    "input_count",
    "output_count",
    "llm_calls",
    "cached_calls",
    "tokens",
    "cost_usd",
    "status",
    "message",
    "code_hash",
    "prompt_hash",
    "settings_hash",
)


def kept_documents(
    run_id: str, domain: str | None = None, limit: int | None = None, phase: str | None = None
) -> dict[str, list[Document]]:
    """Return {product: its phases, in order} of a run, for products whose phases are kept.

    Args:
        run_id: of the journal.
        domain: the only product that is meant.
        limit: at most this many rows of a relation.
        phase: ordinal or name of the only phase that is meant.
    """
    found = {}
    for product in kept_phases.with_phases():
        if domain in (None, product.name):
            documents = list(_documents(product, run_id, limit, phase))
            if documents:
                found[product.name] = documents
    return found


def exported(product: str, documents: list[Document]) -> list[Document]:
    """Return documents as they are written into files, as the product wants them."""
    address = PRODUCTS[product].phase_export
    return loaded(address)(documents) if address else documents


def _documents(
    product: Product, run_id: str, limit: int | None, phase: str | None
) -> Iterator[Document]:
    with kept_phases.reading() as connection:
        rows = kept_phases.runs_of(connection, product)
        own = kept_phases.run_of_product(rows, run_id)
        if own is None:
            return
        newest = kept_phases.newest_phases(rows, own)
        for number, name in enumerate(product.phases, 1):
            if phase is not None and phase.lower() not in (str(number), name, f"{number} {name}"):
                continue
            mine = [row for row in rows if (row["run_id"], row["phase_number"]) == (own, number)]
            row = newest.get(number) or max(mine, key=lambda one: one["sequence"], default=None)
            if row is None:
                continue
            data = {}
            if row["status"] == kept_phases.COMPLETED:
                for relation in kept_phases.relations_of(row):
                    data[relation] = kept_phases.json_rows(
                        connection, product, row, relation, limit
                    )
            yield {"metadata": {name: row[name] for name in METADATA}, "data": data}
