"""The folder of a run, written while it runs: one file for each phase, as soon as it is over.

`SLUICE_ARTIFACTS=<folder>` asks for it: `<folder>/run_<id>/phase<n>_<name>.json`, in a folder for
each product where several run, and the link `<folder>/latest`. `export-run` writes the same files
of a run that is over. They are copies for people and other tools: a run that cannot write them
goes on, and nothing here is read by a build.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, scrub, settings
from ingestion.landing.products import PRODUCTS
from python_models.release.live import rows as rows_of
from python_models.runs import export
from python_models.runs.nodes import Node, domain_of, has_rows, phase_of
from python_models.runs.phase_documents import exported, kept_documents
from python_models.runs.phase_facts import answers
from python_models.runs.phases import latest_nodes
from python_models.runs.spark.hand_over import rows_of as as_read

if TYPE_CHECKING:
    from python_models.runs.build import Build


def folder_of(run_id: str) -> Path | None:
    """Return the folder of a run; None where no setting asks for one."""
    root = settings().sluice_artifacts
    return PROJECT_ROOT / root / f"run_{run_id}" if root else None


def fetched_folder(run_id: str) -> Path:
    """Return where rows of the build database are put for a page: they go with what is spilled."""
    return lake().root / "spill" / "phases" / f"run_{run_id}"


def begin(build: Build, selected: Iterable[str]) -> Artifacts | None:
    """Return what writes the folder of a build, if one is asked for."""
    folder = folder_of(build.run_id)
    return Artifacts(folder, build, selected) if folder else None


class Artifacts:
    """Writes the phases of one build into the folder of its run."""

    def __init__(self, folder: Path, build: Build, selected: Iterable[str]) -> None:
        self.folder, self.build = folder, build
        self.limit = settings().sluice_artifact_rows or None
        self.left: dict[tuple[str, str], set[str]] = {}
        for unique_id in selected:
            node = build.graph.get(unique_id)
            if node is not None and (phase := phase_of(node)):
                self.left.setdefault((domain_of(node) or "", phase), set()).add(unique_id)
        # a run that goes on in one of its products keeps to the folders it has
        before = [node["domain"] for node in latest_nodes(build.run_id) if node["phase"]]
        self.products = {product for product in (*before, *(of for of, _ in self.left)) if product}
        self.written: dict[str, list[str]] = {}  # {product: its phases that have a file}
        self._guarded(self._prepare)

    def ended(self, node: Node) -> None:
        """Take that a node has ended; writes its phase when it was the last of it."""
        key = (domain_of(node) or "", phase_of(node) or "")
        left = self.left.get(key)
        if left is not None:
            left.discard(node["unique_id"])
            if not left:
                self._guarded(partial(self._phase, *key))
                self.left.pop(key)

    def finish(self) -> None:
        """Write the phases that did not complete, then the last of each product as Markdown."""
        for product, phase in list(self.left):
            self._guarded(partial(self._phase, product, phase))
        for product, phases in self.written.items():
            last = max(phases, key=_ordinal)
            self._guarded(partial(self._phase, product, last, is_last=True))

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        link = self.folder.with_name(".latest")
        link.unlink(missing_ok=True)
        link.symlink_to(self.folder.name)
        link.replace(self.folder.with_name("latest"))

    def _phase(self, product: str, phase: str, *, is_last: bool = False) -> None:
        found = self._document(product, phase)
        if found is None or (is_last and self._is_kept(product) and "text" not in found):
            return
        folder = self.folder / product if len(self.products) > 1 and product else self.folder
        folder.mkdir(parents=True, exist_ok=True)
        export.write(folder, found, is_last=is_last)
        if not is_last:
            self.written.setdefault(product, []).append(phase)

    def _document(self, product: str, phase: str) -> dict[str, Any] | None:
        run_id, number = self.build.run_id, _ordinal(phase)
        if self._is_kept(product):
            documents = kept_documents(run_id, product, self.limit).get(product, [])
            documents = exported(product, documents) if documents else []
            same = [one for one in documents if one["metadata"]["phase_number"] == number]
            return same[0] if same else None
        nodes = [
            node
            for node in latest_nodes(run_id)
            if (node["domain"] or "", node["phase"]) == (product, phase)
        ]
        if not nodes:
            return None  # it was never reached
        data = {
            node["node"]: self._rows(self.build.graph[node["unique_id"]], node)
            for node in nodes
            if node["resource_type"] in ("model", "seed", "snapshot")
        }
        found = answers(self.build.invocation_id, [node["node"] for node in nodes])
        spent = {"calls": found["llm_calls"], "usd": found["cost_usd"]}
        return export.document(run_id, phase, nodes, spent, data)

    def _rows(self, node: Node, ran: Mapping[str, Any]) -> list[dict[str, Any]] | str:
        if not has_rows(node):
            return "is a view: its rows are made when they are read"
        if ran["rows_out"] is None:
            return f"was not made: {ran['status']}"
        rest = f" limit {int(self.limit)}" if self.limit else ""
        query = f"select * from {as_read(node)}{rest}"
        if self.build.connection is None:  # a layer on another engine
            with connect_duckdb(lake().build_db) as connection:
                return rows_of(connection, query)
        with self.build.connection.cursor() as cursor:
            return rows_of(cursor, query)

    def _is_kept(self, product: str) -> bool:
        return product in PRODUCTS and bool(PRODUCTS[product].phases)

    def _guarded(self, write: Callable[[], None]) -> None:
        """Write, or say why not: a copy for people fails no build."""
        try:
            write()
        except (OSError, duckdb.Error, RuntimeError, LookupError, ValueError, TypeError) as error:
            sys.stderr.write(scrub(f"SLUICE_ARTIFACTS: {self.folder.name} lacks a file: {error}\n"))


def _ordinal(phase: str) -> int:
    number = phase.partition(" ")[0]
    return int(number) if number.isdigit() else 0
