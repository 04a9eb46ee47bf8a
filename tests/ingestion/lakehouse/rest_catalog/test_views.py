"""Views of other engines lie beside the lake's tables, which go on without them."""

from __future__ import annotations

from typing import Any

from ingestion.lakehouse.catalog import catalog, metadata_locations
from tests.ingestion.lakehouse.rest_catalog.conftest import ROWS, Served

SCHEMA = {
    "type": "struct",
    "schema-id": 0,
    "fields": [{"id": 1, "name": "machine", "required": False, "type": "string"}],
}
VIEWS = "namespaces/scratch/views"


def version(sql: str, schema_id: int = 0) -> dict[str, Any]:
    return {
        "version-id": 1,
        "schema-id": schema_id,
        "timestamp-ms": 1,
        "summary": {"engine-name": "spark"},
        "representations": [{"type": "sql", "sql": sql, "dialect": "spark"}],
        "default-namespace": ["scratch"],
    }


def make_view(served: Served, name: str = "machines") -> dict[str, Any]:
    """Make a view in `scratch`; returns what the server said."""
    served.ask("POST", "namespaces", json={"namespace": ["scratch"]})
    body = {"name": name, "schema": SCHEMA, "view-version": version("select 1")}
    made = served.ask("POST", VIEWS, json=body | {"properties": {"owner": "me"}})
    assert made.status_code == 200, made.text
    return made.json()


def test_a_view_is_made_changed_renamed_and_dropped(served: Served) -> None:
    made = make_view(served)
    assert served.ask("HEAD", f"{VIEWS}/machines").status_code == 204
    assert served.ask("GET", f"{VIEWS}/machines").json() == made
    updates = [
        {"action": "add-schema", "schema": SCHEMA},
        {"action": "add-view-version", "view-version": version("select 2", -1)},
        {"action": "set-current-view-version", "view-version-id": -1},
        {"action": "set-properties", "updates": {"more": "1"}},
        {"action": "remove-properties", "removals": ["owner"]},
    ]
    known = [{"type": "assert-view-uuid", "uuid": made["metadata"]["view-uuid"]}]
    commit = {"requirements": known, "updates": updates}
    changed = served.ask("POST", f"{VIEWS}/machines", json=commit).json()
    assert changed == served.ask("GET", f"{VIEWS}/machines").json()
    metadata = changed["metadata"]
    assert (metadata["current-version-id"], metadata["properties"]) == (2, {"more": "1"})
    assert [one["schema-id"] for one in metadata["versions"]] == [0, 1]
    assert [one["version-id"] for one in metadata["version-log"]] == [1, 2]
    source, target = ({"namespace": ["scratch"], "name": name} for name in ("machines", "all"))
    rename = {"source": source, "destination": target}
    assert served.ask("POST", "views/rename", json=rename).status_code == 204
    names = served.ask("GET", VIEWS).json()["identifiers"]
    assert names == [{"namespace": ["scratch"], "name": "all"}]
    assert served.ask("DELETE", f"{VIEWS}/all").status_code == 204
    assert served.ask("GET", f"{VIEWS}/all").status_code == 404


def test_a_commit_on_another_view_or_an_unknown_version_is_refused(served: Served) -> None:
    make_view(served)
    other = [{"type": "assert-view-uuid", "uuid": "00000000-0000-0000-0000-000000000000"}]
    assert served.ask("POST", f"{VIEWS}/machines", json={"requirements": other}).status_code == 409
    unknown = [{"action": "set-current-view-version", "view-version-id": 7}]
    assert served.ask("POST", f"{VIEWS}/machines", json={"updates": unknown}).status_code == 400


def test_a_view_is_no_table_of_the_lake(served: Served) -> None:
    make_view(served)
    rest = served.rest()
    rest.create_table("scratch.things", ROWS.schema)
    assert set(metadata_locations("scratch")) == {"things"}
    assert catalog().list_tables("scratch") == [("scratch", "things")]
    assert served.ask("GET", "namespaces/scratch/tables/machines").status_code == 404
    body = {"name": "things", "schema": SCHEMA, "view-version": version("select 1")}
    assert served.ask("POST", VIEWS, json=body).status_code == 409
