"""What the skeleton of a product is filled with: its tables, slices and LLM step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.landing.products import PRODUCTS
from ingestion.tables.declaration import OWN_TABLES
from ingestion.tables.propose import CannotPropose, Proposal, Proposed

SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
# a note is about one of these; more would be as many calls
MOST_GROUPS = 60


@dataclass
class TableOfProduct:
    """One table as the templates need it."""

    proposal: Proposal
    mart: str
    slices: dict[str, str] = field(default_factory=dict)  # dbt variable: column

    @property
    def name(self) -> str:
        return self.proposal.table

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def is_json(self) -> bool:
        return self.proposal.is_json

    @property
    def dialect(self) -> dict[str, str]:
        return self.proposal.dialect

    @property
    def key(self) -> tuple[str, ...]:
        return self.proposal.key

    @property
    def time(self) -> str | None:
        return self.proposal.time

    @property
    def grain(self) -> str:
        return " and ".join(self.key).replace("_", " ") or "delivered row"

    @property
    def release_key(self) -> tuple[str, ...]:
        return self.key or ("source_file", "record_number")

    @property
    def release_order(self) -> str:
        return f"{self.time} desc" if self.time else ", ".join(self.release_key)

    @property
    def columns(self) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name,
                "type": one.type,
                "declared": one.declared,
                "sql_type": SQL_TYPES[one.type],
                "described": _described(one),
            }
            for one in self.proposal.columns
        ]


def context_of(
    root: Path, product: str, proposals: Sequence[Proposal], with_llm: bool
) -> dict[str, Any]:
    """Return what the templates are filled with.

    Raises:
        CannotPropose: a table is called like one that every product has.
    """
    known = {path.stem for path in (root / "dbt_project" / "models").rglob("*.sql")}
    tables = []
    for one in proposals:
        if one.table in OWN_TABLES:
            raise CannotPropose(f"{one.table} is a table every product has; rename the file.")
        mart = one.table if one.table not in known else f"{product}_{one.table}"
        tables.append(TableOfProduct(one, mart))
    groups = [(table, group) for table in tables if (group := _group(table.proposal))]
    sliced = groups[0][1] if groups else None
    for table in tables:
        if table.time:
            table.slices |= {"from_date": table.time, "to_date": table.time}
        if sliced and sliced.name in [one.name for one in table.proposal.columns]:
            table.slices[f"{product}_{sliced.name}"] = sliced.name
    llm = _llm(product, tables) if with_llm else None
    times = any(table.time for table in tables)
    return {
        "product": product,
        "title": product.capitalize(),
        "described": f"{', '.join(table.name for table in tables)}, row by row",
        "tables": tables,
        "times": times,
        "sliced": sliced,
        "sliced_table": groups[0][0].name if groups else "",
        "slice_word": _word(product, sliced.name) if sliced else "",
        "has_slices": times or sliced is not None,
        "llm": llm,
        "marts": [*(table.mart for table in tables), *([llm["mart"]] if llm else [])],
    }


def _group(proposal: Proposal) -> Proposed | None:
    """Return the column by which rows are grouped and a run can be restricted: a text of a key,
    else the first text of few values."""
    texts = [one for one in proposal.of_type("text") if 0 < one.values <= MOST_GROUPS]
    return next((one for one in texts if one.name in proposal.key), texts[0] if texts else None)


def _word(product: str, column: str) -> str:
    """Return the word of a slice: the column, unless another product uses it otherwise."""
    others = {one.name for known in PRODUCTS.values() for one in known.slices}
    taken = others | {"from", "to", "name", "key", "time", "dir", "id", "a", "b", "run", "phase"}
    taken |= {"domain", "source", "data", "force", "accept", "args", "mode", "set", "format"}
    return f"{product}_{column}" if column in taken else column


def _llm(product: str, tables: list[TableOfProduct]) -> dict[str, Any]:
    table = tables[0]
    group = _group(table.proposal)
    numbers = [
        one for one in table.proposal.of_type("number", "integer") if one.name not in table.key
    ]
    figures = [
        (f"{how}_{one.name}", f"{function}(cast({table.name}.{one.name} as double))")
        for one in numbers[:3]
        for how, function in (("mean", "avg"), ("lowest", "min"), ("highest", "max"))
    ]
    name = group.name if group else "part"
    return {
        "table": table.name,
        "source": table.mart,
        "group": name,
        "group_type": "varchar",
        "group_sql": f"{table.name}.{name}" if group else "'all'",
        "is_grouped": group is not None,
        "evidence": f"{table.name}_evidence",
        "figures": figures,
        "evidence_columns": [name, "row_count", *(figure for figure, _ in figures)],
        "mart": f"{product}_notes",
    }


def _described(one: Proposed) -> str:
    plain = one.name.replace("_", " ").capitalize()
    return f"{plain}, as it was delivered" + (" (UTC)." if one.type == "timestamp" else ".")
