"""Released tables on Spark: filled again in place, never dropped, since releases pin snapshots.

Their columns are changed through the catalog before the model runs. A column of another type gets
the table a new one: the old one stays registered under another name for the releases that read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.sql_text import identifier
from python_models.release.release_file import current_release_id
from python_models.release.spark_names import UNTIL
from python_models.release.written_parts import WRITTEN_AS
from python_models.runs.nodes import Node

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import Table


def prepare(nodes: Iterable[Node]) -> dict[str, str]:
    """Bring tables of the catalog to the columns of their models' contracts.

    Args:
        nodes: models Spark is about to run; those without a contract are left to it.

    Returns:
        {table: what was done}, for those that were not as their contract says.
    """
    done = {}
    for node in nodes:
        if not _is_contracted_mart(node):
            continue
        name = node.get("alias") or node["name"]
        if name not in metadata_locations(node["schema"]):
            continue  # Spark makes it
        key = (node["schema"], name)
        if change := _bring_forward(key, _contract(node)):
            done[".".join(key)] = change
    return done


def _is_contracted_mart(node: Node) -> bool:
    contract = (node.get("config") or {}).get("contract") or {}
    return (
        node["resource_type"] == "model"
        and "marts" in node["fqn"]
        and bool(contract.get("enforced"))
    )


def _contract(node: Node) -> pa.Schema:
    """Return the columns of a contract in its order, as Arrow has them."""
    columns = ", ".join(
        f"cast(null as {_written(column['data_type'])}) as {identifier(column['name'])}"
        for column in node["columns"].values()
    )
    with duckdb.connect() as session:
        return session.execute(f"select {columns} limit 0").to_arrow_table().schema


def _written(kind: str) -> str:
    return WRITTEN_AS.get(kind.strip().upper(), kind)


def _bring_forward(key: tuple[str, str], wanted: pa.Schema) -> str | None:
    from pyiceberg.io.pyarrow import _pyarrow_to_schema_without_ids
    from pyiceberg.schema import assign_fresh_schema_ids

    opened = catalog()
    table = opened.load_table(key)
    new = assign_fresh_schema_ids(_pyarrow_to_schema_without_ids(wanted)).as_arrow()
    old = table.schema().as_arrow()
    if old.names == new.names and old.types == new.types:
        return None
    known = dict(zip(old.names, old.types, strict=True))
    if any(known.get(field.name, field.type) != field.type for field in new):
        return _move_aside(opened, key)
    _add_and_order(table, new, known)
    return "columns"


def _move_aside(opened: Any, key: tuple[str, str]) -> str:
    """Give a table the name under which releases keep it; Spark makes another in its place."""
    namespace, name = key
    aside = f"{name}{UNTIL}{current_release_id() or 0}"
    there, number = metadata_locations(namespace), 1
    while (free := aside if number == 1 else f"{aside}_{number}") in there:
        number += 1
    opened.rename_table(key, (namespace, free))
    return free


def _add_and_order(table: Table, wanted: pa.Schema, known: dict[str, Any]) -> None:
    with table.update_schema(allow_incompatible_changes=True) as update:
        for name in known:
            if name not in wanted.names:
                update.delete_column(name)
        update.union_by_name(wanted)
    with table.update_schema() as update:
        before = None
        for name in wanted.names:
            if before is None:
                update.move_first(name)
            else:
                update.move_after(name, before)
            before = name
