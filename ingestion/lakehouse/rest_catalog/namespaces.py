"""Namespaces: what the protocol asks, done by pyiceberg's SQL catalog."""

from __future__ import annotations

from typing import Any

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchNamespaceError

from ingestion.lakehouse.rest_catalog import requests
from ingestion.lakehouse.rest_catalog.call import Call, one_level
from ingestion.lakehouse.rest_catalog.writes import require_place, writing


def list_namespaces(call: Call) -> dict[str, Any]:
    """Return the namespaces; below one of them there are none."""
    if parent := call.query.get("parent"):
        require_namespace(call.catalog, parent)
        return {"namespaces": []}
    return {"namespaces": sorted(map(list, call.catalog.list_namespaces()))}


def create_namespace(call: Call) -> dict[str, Any]:
    """Make a namespace."""
    wanted = requests.CreateNamespace.model_validate_json(call.body)
    name = one_level(wanted.namespace)
    if "location" in wanted.properties:
        require_place(f"{wanted.properties['location']}/", name)
    with writing(name):
        if call.catalog.namespace_exists(name):
            raise NamespaceAlreadyExistsError(f"Namespace {name} is there already")
        call.catalog.create_namespace(name, wanted.properties)
    return {"namespace": [name], "properties": wanted.properties}


def load_namespace(call: Call) -> dict[str, Any]:
    """Return a namespace with its properties."""
    found = call.catalog.load_namespace_properties(call.namespace)
    return {"namespace": [call.namespace], "properties": found}


def require_namespace(catalog: SqlCatalog, namespace: str) -> None:
    """Refuse a namespace that is not there."""
    if not catalog.namespace_exists(namespace):
        raise NoSuchNamespaceError(f"There is no namespace {namespace}")


def drop_namespace(call: Call) -> None:
    """Take an empty namespace away."""
    with writing(call.namespace):
        call.catalog.drop_namespace(call.namespace)


def update_namespace(call: Call) -> dict[str, Any]:
    """Set and take away properties of a namespace."""
    wanted = requests.UpdateProperties.model_validate_json(call.body)
    if "location" in wanted.updates:
        require_place(f"{wanted.updates['location']}/", call.namespace)
    with writing(call.namespace):
        done = call.catalog.update_namespace_properties(
            call.namespace, wanted.removals, wanted.updates
        )
    return {"updated": done.updated, "removed": done.removed, "missing": done.missing}
