"""An Iceberg REST catalog over HTTP that can lose the answer to a commit it has made."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from pyiceberg.catalog.rest import CreateTableRequest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.table import CommitTableRequest, Table

STATES = {
    NoSuchNamespaceError: 404, NoSuchTableError: 404, NamespaceAlreadyExistsError: 409,
    TableAlreadyExistsError: 409, CommitFailedException: 409,
}  # fmt: skip


class RestCatalogServer(ThreadingHTTPServer):
    """Serves one SQL catalog; `lose` names a table of whose next commit the answer is lost."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tables = SqlCatalog(
            "served", uri=f"sqlite:///{folder}/served.db", warehouse=f"file://{folder}/unused"
        )
        self.turn = threading.Lock()
        self.lose: str | None = None
        self.lost: list[str] = []  # tables of which an answer was lost

    @property
    def uri(self) -> str:
        """The address a client sets."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: RestCatalogServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = [unquote(one) for one in urlparse(self.path).path.strip("/").split("/")[1:]]
        with self.server.turn:
            try:
                found, code = self._done(method, parts, body), 200
            except tuple(STATES) as error:
                code = STATES[type(error)]
                said = {"message": str(error), "type": type(error).__name__, "code": code}
                found = {"error": said}
        if found is None:  # it was done, and nobody is told
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        text = json.dumps(found).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _done(self, method: str, parts: list[str], body: bytes) -> dict[str, Any] | None:
        tables = self.server.tables
        match method, parts:
            case "GET", ["config"]:
                return {"defaults": {}, "overrides": {}}
            case "POST", ["namespaces"]:
                (name,) = json.loads(body)["namespace"]
                tables.create_namespace(name)
                return {"namespace": [name], "properties": {}}
            case "GET", ["namespaces", name]:
                return {"namespace": [name], "properties": tables.load_namespace_properties(name)}
            case "POST", ["namespaces", name, "properties"]:
                asked = json.loads(body)
                done = tables.update_namespace_properties(name, updates=asked["updates"])
                return {"updated": done.updated, "removed": [], "missing": []}
            case "GET", ["namespaces", name, "tables"]:
                listed = tables.list_tables(name)
                return {"identifiers": [{"namespace": [n], "name": t} for n, t in listed]}
            case "POST", ["namespaces", name, "tables"]:
                wanted = CreateTableRequest.model_validate_json(body)
                return _told(
                    tables.create_table(
                        (name, wanted.name), wanted.table_schema, location=wanted.location,
                        properties=wanted.properties,
                    )
                )  # fmt: skip
            case "GET", ["namespaces", name, "tables", table]:
                return _told(tables.load_table((name, table)))
            case "POST", ["namespaces", name, "tables", table]:
                request = CommitTableRequest.model_validate_json(body)
                opened = tables.load_table((name, table))
                tables.commit_table(opened, request.requirements, request.updates)
                if self.server.lose == table:
                    self.server.lose = None
                    self.server.lost.append(table)
                    return None
                return _told(tables.load_table((name, table)))
        raise NoSuchTableError(f"{method} {parts}")


def _told(table: Table) -> dict[str, Any]:
    metadata = json.loads(table.metadata.model_dump_json())
    return {"metadata-location": table.metadata_location, "metadata": metadata, "config": {}}


@contextmanager
def serving(folder: Path) -> Iterator[RestCatalogServer]:
    """Serve a new catalog while the block runs."""
    server = RestCatalogServer(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
