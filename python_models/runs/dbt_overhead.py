"""What dbt does that nobody needs: events no log takes, a search for garbage, code for a constant.

dbt tells each statement, connection and file it touches as an event, and makes two messages of
each before it asks whether anybody listens: a sixth of a small build's CPU. Here an event
keeps what it was made of until somebody looks, and one below every log's level is dropped.
"""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from dbt.artifacts.schemas import base as artifacts
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Linker
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.parser import manifest as parsing
from dbt_common.clients import agate_helper
from dbt_common.events import logger as event_log
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.utils.encoding import JSONEncoder
from mashumaro.config import BaseConfig
from mashumaro.jsonschema import schema as described

HEARD = frozenset({"NodeStart", "NodeFinished"})  # a build listens to them, whatever their level
_SELDOM_READ = (EventLevel.DEBUG, EventLevel.TEST)
_make = BaseEvent.__init__
_get = BaseEvent.__getattr__
_set = BaseEvent.__setattr__
_fire = EventManager.fire_event
_written = described._default  # makes a class for one value, and compiles what writes it
_PLAIN = (str, int, float, bool, type(None))


def _keep(event: BaseEvent, *args: Any, **kwargs: Any) -> None:
    object.__setattr__(event, "_made_of", (args, kwargs))


def _got(event: BaseEvent, name: str) -> Any:
    """Return an attribute of an event, whose message is made now if it has not been."""
    if name.startswith("__") or name == "_made_of":
        raise AttributeError(name)
    _made(event)
    return object.__getattribute__(event, name) if name == "pb_msg" else _get(event, name)


def _changed(event: BaseEvent, name: str, value: Any) -> None:
    if name != "pb_msg":
        _made(event)
    _set(event, name, value)


def _made(event: BaseEvent) -> None:
    if "pb_msg" not in vars(event):
        args, kwargs = vars(event)["_made_of"]
        _make(event, *args, **kwargs)


def _fire_what_is_taken(
    manager: EventManager,
    e: BaseEvent,
    level: EventLevel | None = None,
    node: Any = None,
    force_warn_or_error_handling: bool = False,
) -> None:
    is_seldom_read = (level or e.level_tag()) in _SELDOM_READ
    if is_seldom_read and not force_warn_or_error_handling and type(e).__name__ not in HEARD:
        logs = [log for one in manager.loggers if (log := one._python_logger)]
        if not any(log.isEnabledFor(logging.DEBUG) for log in logs):
            return
    _fire(manager, e, level, node, force_warn_or_error_handling)


_write_line = event_log._Logger.write_line


def _write_what_is_taken(log: event_log._Logger, msg: Any) -> None:
    """Write an event to a log whose level takes it: dbt makes the line, and asks then."""
    lowest = event_log._log_level_map[EventLevel(msg.info.level)]
    python_log = log._python_logger
    if python_log is None or event_log._is_print_event(msg) or python_log.isEnabledFor(lowest):
        _write_line(log, msg)


def tell_less() -> None:
    """Have dbt make only the events that a log or a build takes."""
    # methods there
    BaseEvent.__init__ = _keep  # type: ignore[method-assign, assignment]
    BaseEvent.__getattr__ = _got  # type: ignore[method-assign]
    BaseEvent.__setattr__ = _changed  # type: ignore[method-assign]
    EventManager.fire_event = _fire_what_is_taken  # type: ignore[method-assign, assignment]
    event_log._Logger.write_line = _write_what_is_taken  # type: ignore[method-assign, assignment]


def _written_plainly(f_type: type[Any], f_value: Any, config_cls: type[BaseConfig]) -> Any:
    return f_value if type(f_value) in _PLAIN else _written(f_type, f_value, config_cls)


def describe_plainly() -> None:
    """Let the schemas dbt checks its files by take a plain default as it stands.

    At each start 180 classes were made and compiled for as many defaults, which are the same
    afterwards: 0.4 s of CPU.
    """
    described._default = _written_plainly


_names = ManifestContext.to_dict


def _named_at_once(context: ManifestContext) -> dict[str, Any]:
    """Return what a node's SQL may call by name; the macros that win come last."""
    if not isinstance(context.namespace, MacroNamespace):
        named: dict[str, Any] = _names(context)  # of a data test: few
        return named
    named = ConfiguredContext.to_dict(context)
    for macros in reversed([*context.namespace._search_order()]):
        named |= macros
    return named


def _added_at_once(
    builder: MacroNamespaceBuilder, macros: Iterable[Any], context: dict[str, Any]
) -> None:
    """Add what calls each macro of a package, as `MacroNamespaceBuilder.add_macro` does."""
    known, node, stack = list(macros), builder.node, builder.thread_ctx
    packages = {macro.package_name for macro in known}
    assert len(packages) <= 1, "they are added package by package"
    named = {}
    for macro in known:
        # without the three `__init__` that set these
        named[macro.name] = called = MacroGenerator.__new__(MacroGenerator)
        called.__dict__ = {"context": context, "macro": macro, "node": node, "stack": stack}
    for package in packages:
        is_internal = package in builder.internal_package_names
        layer = builder.internal_packages if is_internal else builder.packages
        assert package not in layer, "they are added once"
        layer[package] = named
        if not is_internal and package == builder.search_package:
            builder.locals.update(named)
        elif not is_internal and package == builder.root_package:
            builder.globals.update(named)


def name_at_once() -> None:
    """Let dbt hand its macros to a node's SQL in five steps, not one macro at a time.

    There are 735 of them, made anew and looked up in up to five places each, twice for each node.
    """
    ManifestContext.to_dict = _named_at_once  # type: ignore[method-assign]
    MacroNamespaceBuilder.add_macros = _added_at_once  # type: ignore[method-assign, assignment]


def _written_at_once(artifact: artifacts.Writable, path: str) -> None:
    told = artifact.to_dict(omit_none=False, context={"artifact": True})  # type: ignore[attr-defined]
    text = json.dumps(told, cls=JSONEncoder)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def write_at_once() -> None:
    """Have manifest.json made by Python's encoder in C, which writes no text piece by piece.

    And no summary of the graph, for which dbt turns all nodes into dicts twice: nobody reads it.
    """
    artifacts.Writable.write = _written_at_once  # type: ignore[method-assign, assignment]
    Linker.get_graph_summary = lambda *_: {}  # type: ignore[method-assign]


_tester = agate_helper.build_type_tester
_tester_of = cache(lambda columns, nulls: _tester(columns, nulls))


def _known_tester(
    text_columns: Iterable[str], string_null_values: Iterable[str] | None = ("null", "")
) -> Any:
    nulls = None if string_null_values is None else tuple(string_null_values)
    return _tester_of(frozenset(text_columns), nulls)


def look_at_once() -> None:
    """Let dbt read all results by the same parsers of dates and times; it made five for each."""
    agate_helper.build_type_tester = _known_tester
    agate_helper.empty_table = cache(agate_helper.empty_table)


def collect_seldom() -> None:
    """Let Python look for reference cycles seldom: dbt's graph is large and holds hardly any.

    By Python's own thresholds the graph is walked over and over, a tenth of a build's CPU. None
    are looked for while dbt reads the project (a fifth of a first parse, for 240 MB of memory),
    nor ever after in what it has read.
    """
    gc.set_threshold(200_000, 20, 50)
    parsing.ManifestLoader.get_full_manifest = classmethod(  # type: ignore[method-assign, assignment]
        _read_uncollected
    )


_read: Any = parsing.ManifestLoader.get_full_manifest.__func__  # type: ignore[attr-defined]


def _read_uncollected(loader: type[parsing.ManifestLoader], *args: Any, **named: Any) -> Any:
    gc.disable()
    try:
        return _read(loader, *args, **named)
    finally:
        gc.freeze()
        gc.enable()


def end_at_once() -> None:
    """Let Python end without a last search for cycles, which takes a second: memory goes anyway."""
    gc.freeze()
