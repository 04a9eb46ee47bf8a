"""dbt's events are made where a log or a build takes them, and say then what they always said."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.artifacts.resources import ExposureConfig
from dbt.artifacts.schemas import base as artifacts
from dbt.clients.jinja import MacroStack
from dbt.compilation import Linker
from dbt.context import macro_resolver
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.contracts.project import ProfileConfig, Project
from dbt.events.types import LogStartLine, NodeStart
from dbt.exceptions import DbtProjectError
from dbt.parser import manifest as parsing
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import BaseEvent, EventLevel, msg_from_base_event
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import LoggerConfig, _Logger, _TextLogger
from dbt_common.events.types import Formatting, Note, PrintEvent
from mashumaro.jsonschema import build_json_schema
from mashumaro.jsonschema import schema as described

from python_models.runs import dbt_overhead


@pytest.fixture(autouse=True)
def _told_less(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for kind, name in (
        (BaseEvent, "__init__"),
        (BaseEvent, "__getattr__"),
        (BaseEvent, "__setattr__"),
        (EventManager, "fire_event"),
        (_Logger, "write_line"),
    ):
        monkeypatch.setattr(kind, name, getattr(kind, name))  # put back after the test
    dbt_overhead.tell_less()
    yield


def _manager(level: EventLevel) -> tuple[EventManager, StringIO, list[Any]]:
    manager, log, heard = EventManager(), StringIO(), []
    manager.add_logger(LoggerConfig(name=f"log_{level.value}", level=level, output_stream=log))
    manager.add_callback(heard.append)
    return manager, log, heard


def _node() -> dict[str, str]:
    return {"node_name": "readings", "unique_id": "model.sluice.readings"}


def test_an_event_below_every_log_is_not_even_made() -> None:
    manager, log, heard = _manager(EventLevel.INFO)
    note = Note(msg="a statement")
    manager.fire_event(note, level=EventLevel.DEBUG)
    assert "pb_msg" not in vars(note)
    assert (log.getvalue(), heard) == ("", [])


@pytest.mark.parametrize("level", [EventLevel.INFO, EventLevel.WARN])
def test_what_a_log_takes_is_written_and_heard(level: EventLevel) -> None:
    manager, log, heard = _manager(EventLevel.INFO)
    manager.fire_event(Note(msg="done"), level=level)
    assert log.getvalue().endswith("done\n")
    assert [message.info.level for message in heard] == [level.value]


def test_a_log_of_everything_gets_every_event() -> None:
    manager, log, heard = _manager(EventLevel.DEBUG)
    manager.fire_event(Note(msg="a statement"), level=EventLevel.DEBUG)
    assert "a statement" in log.getvalue()
    assert len(heard) == 1


def test_a_build_hears_that_a_node_starts_whatever_the_log_takes() -> None:
    manager, log, heard = _manager(EventLevel.INFO)
    assert NodeStart().level_tag() == EventLevel.DEBUG
    manager.fire_event(NodeStart(node_info=_node()))
    assert [one.data.node_info.unique_id for one in heard] == ["model.sluice.readings"]
    assert log.getvalue() == ""


def test_no_line_is_made_for_a_log_that_does_not_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, log, heard = _manager(EventLevel.ERROR)
    made = _TextLogger.create_line
    asked: list[Any] = []
    monkeypatch.setattr(
        _TextLogger, "create_line", lambda one, message: asked.append(message) or made(one, message)
    )
    manager.fire_event(NodeStart(node_info=_node()))
    manager.fire_event(Note(msg="as it goes"), level=EventLevel.INFO)
    assert (asked, log.getvalue(), len(heard)) == ([], "", 2)
    manager.fire_event(Note(msg="it broke"), level=EventLevel.ERROR)
    manager.fire_event(PrintEvent(msg="printed by a macro"))  # whatever a log's level
    assert "it broke" in log.getvalue() and "printed by a macro" in log.getvalue()


def test_an_event_says_what_it_was_made_of_and_takes_changes() -> None:
    event = LogStartLine(description="sql view model", index=3, total=9, node_info=_node())
    assert (event.description, event.index, event.total) == ("sql view model", 3, 9)
    event.index = 4
    assert event.to_dict()["index"] == 4
    assert msg_from_base_event(event).data.index == 4
    assert Formatting("by place").msg == "by place"
    with pytest.raises(AttributeError):
        _ = event.nothing_of_the_kind


def test_schemas_of_dbts_files_are_what_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are built anew here: dbt remembers the first of each class."""
    monkeypatch.setattr(described, "_default", dbt_overhead._written)
    classes = (Project, ProfileConfig, DuckDBCredentials, ExposureConfig)
    before = [build_json_schema(one).to_dict() for one in classes]
    dbt_overhead.describe_plainly()
    assert described._default is not dbt_overhead._written
    assert [build_json_schema(one).to_dict() for one in classes] == before
    assert before[0]["properties"]["version"]["default"] is None


def test_a_nodes_names_are_those_dbt_gives_them(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [
        {"mine": "local", "all": "local"},
        {"mine": "root", "of_root": "root", "all": "root"},
        {"dbt": "internal", "internal": "internal", "all": "internal"},
        {"package": {"all": "package"}, "internal": "package"},
    ]
    monkeypatch.setattr(ConfiguredContext, "to_dict", lambda _: {"ref": 1, "all": "dbt's own"})
    context = ManifestContext.__new__(ManifestContext)
    context.namespace = MacroNamespace(layers[1], layers[0], layers[2], layers[3])
    named = dbt_overhead._named_at_once(context)
    assert named == dbt_overhead._names(context)
    assert (named["all"], named["internal"], named["dbt"]) == ("local", "package", layers[2])
    context.namespace = macro_resolver.TestMacroNamespace.__new__(macro_resolver.TestMacroNamespace)
    context.namespace.local_namespace = {"mine": "local"}
    context.namespace.project_namespace = {"mine": "project"}
    assert dbt_overhead._named_at_once(context)["mine"] == "project"


def _namespace(add: Any) -> tuple[MacroNamespace, dict[str, Any]]:
    """Return what some macros are called by, and the context they are called in."""
    called: dict[str, dict[str, Any]] = {}
    for package, name in [("dbt", "one"), ("dbt_duckdb", "one"), ("mine", "one"), ("other", "two")]:
        macro = SimpleNamespace(package_name=package, name=name, unique_id=f"{package}.{name}")
        called.setdefault(package, {})[name] = macro
    context: dict[str, Any] = {}
    builder = MacroNamespaceBuilder("mine", "other", _STACK, ["dbt_duckdb", "dbt"], None)
    for macros in called.values():
        add(builder, macros.values(), context)
    return builder.build_namespace({}, context), context


_STACK = MacroStack()


def test_macros_are_called_as_dbt_calls_them() -> None:
    (ours, context), (theirs, other) = map(
        _namespace, (dbt_overhead._added_at_once, MacroNamespaceBuilder.add_macros)
    )

    def plain(named: Any) -> Any:
        if isinstance(named, dict):
            return {name: plain(one) for name, one in named.items()}
        told = dict(vars(named))
        assert told.pop("context") in (context, other)
        return type(named), told | {"macro": told["macro"].unique_id}

    for layer in ("global_namespace", "local_namespace", "global_project_namespace", "packages"):
        assert plain(getattr(ours, layer)) == plain(getattr(theirs, layer)), layer
    assert ours["one"].macro.unique_id == "mine.one"
    assert ours["two"].context is context


def test_an_artifact_is_written_as_dbt_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"at": datetime(2026, 1, 2), "share": Decimal("0.5"), "name": "Zürich", "none": None}

    class Told(artifacts.Writable):
        def to_dict(self, omit_none: bool, context: dict[str, bool]) -> dict[str, Any]:
            assert (omit_none, context) == (False, {"artifact": True})
            return told

    monkeypatch.setattr(artifacts.Writable, "write", artifacts.Writable.write)
    monkeypatch.setattr(Linker, "get_graph_summary", Linker.get_graph_summary)
    Told().write(str(tmp_path / "theirs" / "manifest.json"))
    dbt_overhead.write_at_once()
    Told().write(str(tmp_path / "ours" / "manifest.json"))
    theirs, ours = (tmp_path / name / "manifest.json" for name in ("theirs", "ours"))
    assert ours.read_bytes() == theirs.read_bytes()
    assert json.loads(ours.read_text())["name"] == "Zürich"
    assert Linker().get_graph_summary(None) == {}


def test_results_are_read_as_dbt_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"name": "005", "at": datetime(2026, 1, 2, 3), "none": None, "many": [1], "is": True},
        {"name": "null", "at": None, "none": None, "many": [], "is": False},
    ]

    def seen() -> list[Any]:
        tables = [
            agate_helper.table_from_data_flat(rows, list(rows[0])),
            agate_helper.table_from_data_flat([{"name": 5}], ["name"]),
            agate_helper.table_from_data_flat([{"name": "5"}], ["name"]),
            agate_helper.empty_table(),
        ]
        return [
            ([type(one) for one in table.column_types], [tuple(row) for row in table.rows])
            for table in tables
        ]

    for name in ("build_type_tester", "empty_table"):
        monkeypatch.setattr(agate_helper, name, getattr(agate_helper, name))
    before = seen()
    dbt_overhead.look_at_once()
    assert seen() == before
    assert agate_helper.empty_table() is agate_helper.empty_table()
    assert agate_helper.build_type_tester(["a"], ()) is agate_helper.build_type_tester({"a"}, ())


def test_no_cycles_are_looked_for_in_what_dbt_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def read(loader: type[parsing.ManifestLoader], known: str, *, reset: bool) -> str:
        seen.append(gc.isenabled())
        assert loader is parsing.ManifestLoader
        if reset:
            raise DbtProjectError(known)
        return known

    monkeypatch.setattr(
        parsing.ManifestLoader,
        "get_full_manifest",
        vars(parsing.ManifestLoader)["get_full_manifest"],
    )
    monkeypatch.setattr(dbt_overhead, "_read", read)
    thresholds = gc.get_threshold()
    try:
        dbt_overhead.collect_seldom()
        frozen = gc.get_freeze_count()
        kept = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
        found: Any = parsing.ManifestLoader.get_full_manifest
        assert found("known", reset=False) == "known"
        assert gc.isenabled() and gc.get_freeze_count() >= frozen + len(kept)
        with pytest.raises(DbtProjectError):
            found("broken", reset=True)
        assert gc.isenabled() and seen == [False, False]
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
