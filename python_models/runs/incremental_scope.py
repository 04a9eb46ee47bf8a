"""dbt-duckdb plugin: what the incremental models of a product rest on, read from dbt's manifest.

A load counts as processed when every incremental model of its product has stored what follows
from it; what such a model stored counts while the rules it was made by are the same. Both are
derived here, so that no list has to be kept by hand. The macros in `macros/incremental/` read the
result from a variable of dbt's connection.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.factory import FACTORY

from ingestion.lakehouse.sql_text import literal
from ingestion.landing.products import PRODUCTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VARIABLE = "incremental_scope"
LAST_MODEL = re.compile(r"int_(?P<product>[a-z]+)__loads_processed")
_VAR = re.compile(r"\bvar\(\s*['\"](\w+)['\"]")
# literals are kept as they are: two dashes inside one begin no comment
_PIECES = re.compile(r"""('(?:[^']|'')*'|"[^"]*")|--[^\n]*|/\*.*?\*/|\{#.*?#\}|\s+""", re.DOTALL)
_ENGINES = ("default", "duckdb", "spark")
_OF_ENGINE = re.compile(rf"(macro\.\w+\.)(?:{'|'.join(_ENGINES)})__(\w+)")
_GATES = ("gate_", "llm_", "release_")  # what these say is no rule of a row


class Plugin(BasePlugin):
    """See the module docstring; dbt-duckdb finds a plugin by this class name."""

    _manifest: Any = None  # a process may run dbt several times over one connection
    _text = "{}"

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        manifest: Any = FACTORY.lookup_adapter("duckdb").get_macro_resolver()
        # while a project is parsed there are macros and no nodes yet
        if manifest is not self._manifest and hasattr(manifest, "nodes"):
            self._text = json.dumps(scopes(manifest), sort_keys=True)
            self._manifest = manifest
        # a bound parameter would make duckdb import pandas, which takes 0.3 s
        cursor.execute(f"set variable {VARIABLE} = {literal(self._text)}")


def scopes(manifest: Any) -> dict[str, dict[str, Any]]:
    """Return the scope of each product that marks loads as processed.

    Args:
        manifest: dbt's manifest, parsed.

    Returns:
        {product: {"rules": hash of all that decides what its rows are, "variables": dbt variables
        whose values belong to the rules, "stored": unique ids of the models that must have run
        before a load is processed, "forgotten": names of incremental models that the last model
        does not wait for, "slices": dbt variables that restrict a run of the product}}.
    """
    found = {}
    for node in manifest.nodes.values():
        if node.resource_type == "model" and (named := LAST_MODEL.fullmatch(node.name)):
            found[named["product"]] = _scope(manifest, named["product"], node)
    return found


def _scope(manifest: Any, product: str, last: Any) -> dict[str, Any]:
    above = [manifest.nodes[one] for one in sorted(_above(manifest, last))]
    models = [node for node in above if node.resource_type == "model"]
    own = [node for node in models if not node.name.startswith(_GATES)]
    texts = [plain_text(node.raw_code, node.language) for node in [*own, last]]
    texts += [plain_text(one.macro_sql, "sql") for one in _macros(manifest, [*own, last])]
    seeds = [_seed_hash(node) for node in above if node.resource_type == "seed"]
    variables = {name for text in texts for name in _VAR.findall(text)}
    incremental = {
        node.name
        for node in manifest.nodes.values()
        if node.resource_type == "model"
        and product in node.fqn
        and node.config.materialized == "incremental"
        and node.config.meta.get("follows_loads", True)
    }
    return {
        "rules": hashlib.md5("\x1f".join([*texts, *seeds]).encode()).hexdigest(),
        "variables": sorted(name for name in variables if name.startswith(f"{product}_")),
        "stored": [
            node.unique_id for node in own if node.config.materialized in ("table", "incremental")
        ],
        "forgotten": sorted(incremental - {node.name for node in models} - {last.name}),
        "slices": [one.variable for one in PRODUCTS[product].slices] if product in PRODUCTS else [],
    }


def _seed_hash(node: Any) -> str:
    """Return what changes with a seed's rows; of a large file dbt itself takes the path only."""
    if node.checksum.name != "path":
        return str(node.checksum.checksum)
    return hashlib.sha256((Path(node.root_path) / node.original_file_path).read_bytes()).hexdigest()


def _above(manifest: Any, node: Any) -> set[str]:
    """Return every model and seed a node is made from, near or far."""
    seen: set[str] = set()
    left = list(node.depends_on.nodes)
    while left:
        name = left.pop()
        if name not in seen and name in manifest.nodes:
            seen.add(name)
            left += getattr(manifest.nodes[name].depends_on, "nodes", [])
    return seen


def _macros(manifest: Any, nodes: Iterable[Any]) -> list[Any]:
    """Return the project's own macros that nodes use, themselves or through others.

    dbt names a macro's form for the engine at work alone; all forms count, so that rules are the
    same on each engine and what one has stored stands on another.
    """
    nodes = list(nodes)
    own = {node.package_name for node in nodes}
    seen: set[str] = set()
    left = [name for node in nodes for name in node.depends_on.macros]
    while left:
        name = left.pop()
        macro = manifest.macros.get(name)
        if name not in seen and macro is not None and macro.package_name in own:
            seen.add(name)
            left += macro.depends_on.macros
            if of_engine := _OF_ENGINE.fullmatch(name):
                left += [f"{of_engine[1]}{engine}__{of_engine[2]}" for engine in _ENGINES]
    return [manifest.macros[name] for name in sorted(seen)]


def plain_text(code: str, language: str) -> str:
    """Return what a model or macro says without its comments and layout."""
    if language == "python":
        return ast.dump(ast.parse(code))
    return _PIECES.sub(lambda piece: piece[1] or " ", code).strip()
