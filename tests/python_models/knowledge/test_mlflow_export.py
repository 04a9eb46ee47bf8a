"""The export to MLflow: one run a cell over HTTP, and nothing new when it is repeated."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.lakehouse.settings import SettingsError
from python_models.knowledge.mlflow_export import API, ExportFailed, Tracking, export, main
from python_models.knowledge.search.find import asking

TABLES = """
create schema knowledge;
create table knowledge.grid_cells as select 'g' as grid_id, cell_id, 'c' as corpus_id,
    'k' as chunker_id, 'e' as embedder_id, 'x' as extractor_id, 'r' as resolver_id,
    'v1' as ontology_id, 'res' as resolution_id, 'gr' as graph_id, cell_id = 'a' as released
from (values ('a'), ('b')) as cells (cell_id);
create table knowledge.grid_metrics as select 'g' as grid_id, cell_id, metric, value, low, high, n
from (values ('a', 'recall_at_5', 0.5, 0.4, 0.6, 12), ('a', 'chunk_count', 7, null, null, null),
    ('b', 'recall_at_5', 0.7, 0.6, 0.8, 12)) as metrics (cell_id, metric, value, low, high, n);
"""


class Server:
    """What an MLflow server keeps, as far as the export asks it."""

    def __init__(self, http: HTTPServer) -> None:
        self.experiments: dict[str, str] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        http.expect_request(f"{API}/experiments/get-by-name").respond_with_handler(self.by_name)
        for path, handler in (
            ("experiments/create", self.create), ("runs/search", self.search),
            ("runs/create", self.create_run), ("runs/log-batch", self.log),
            ("runs/set-tag", self.tag), ("runs/update", self.update),
        ):  # fmt: skip
            http.expect_request(f"{API}/{path}", method="POST").respond_with_handler(handler)

    def by_name(self, request: Request) -> Response:
        name = request.args["experiment_name"]
        if name not in self.experiments:
            return Response('{"error_code": "RESOURCE_DOES_NOT_EXIST"}', 404)
        return _json({"experiment": {"experiment_id": self.experiments[name]}})

    def create(self, request: Request) -> Response:
        name = request.json["name"]
        self.experiments[name] = str(len(self.experiments) + 1)
        return _json({"experiment_id": self.experiments[name]})

    def search(self, request: Request) -> Response:
        digest = request.json["filter"].partition("= '")[2].rstrip("'")
        found = [run for run in self.runs.values() if run["tags"].get("sluice.content") == digest]
        return _json({"runs": found} if found else {})

    def create_run(self, request: Request) -> Response:
        run_id = f"run-{len(self.runs)}"
        self.runs[run_id] = {"name": request.json["run_name"], "tags": {}, "metrics": {},
                             "params": {}, "status": "RUNNING"}  # fmt: skip
        return _json({"run": {"info": {"run_id": run_id}}})

    def log(self, request: Request) -> Response:
        run = self.runs[request.json["run_id"]]
        run["metrics"] |= {one["key"]: one["value"] for one in request.json["metrics"]}
        run["params"] |= {one["key"]: one["value"] for one in request.json["params"]}
        return _json({})

    def tag(self, request: Request) -> Response:
        self.runs[request.json["run_id"]]["tags"][request.json["key"]] = request.json["value"]
        return _json({})

    def update(self, request: Request) -> Response:
        self.runs[request.json["run_id"]]["status"] = request.json["status"]
        return _json({})


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value), content_type="application/json")


@pytest.fixture
def release() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection


def test_a_cell_is_one_run_and_an_export_repeated_changes_nothing(
    release: duckdb.DuckDBPyConnection, httpserver: HTTPServer
) -> None:
    server = Server(httpserver)
    tracking = Tracking(httpserver.url_for("/"))
    assert export(asking(release), tracking, "mine", None) == (2, 0)
    first = {run["name"]: run for run in server.runs.values()}
    assert first["g/a"]["metrics"] == {
        "recall_at_5": 0.5, "recall_at_5_low": 0.4, "recall_at_5_high": 0.6, "recall_at_5_n": 12,
        "chunk_count": 7,
    }  # fmt: skip
    assert first["g/a"]["params"]["ontology"] == "v1" and first["g/a"]["status"] == "FINISHED"
    assert export(asking(release), tracking, "mine", None) == (0, 2)
    assert len(server.runs) == 2
    release.execute("update knowledge.grid_metrics set value = 0.9 where cell_id = 'b'")
    assert export(asking(release), tracking, "mine", "g") == (1, 1)


def test_a_run_that_broke_off_is_written_again(
    release: duckdb.DuckDBPyConnection, httpserver: HTTPServer
) -> None:
    server = Server(httpserver)
    tracking = Tracking(httpserver.url_for("/"))
    export(asking(release), tracking, "mine", None)
    for run in server.runs.values():
        run["tags"] = {}  # killed before the last request
    assert export(asking(release), tracking, "mine", None) == (2, 0)


def test_what_the_server_refuses_is_said(
    release: duckdb.DuckDBPyConnection, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(f"{API}/experiments/get-by-name").respond_with_data("no", 500)
    with pytest.raises(ExportFailed, match="experiments/get-by-name: 500 no"):
        export(asking(release), Tracking(httpserver.url_for("/")), "mine", None)


def test_without_an_address_nothing_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert "MLFLOW_TRACKING_URI is not set" in capsys.readouterr().err
    with pytest.raises(SettingsError, match="make mlflow"):
        Tracking("sqlite:///x.db")
