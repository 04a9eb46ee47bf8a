"""What dbt wrote down while one node ran: cut out of the logs of the lake and of a job."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import scrub

MOST_CHARACTERS = 100_000
_HEAD = re.compile(r"^=+ [\d:.]+ \| (?P<invocation>[0-9a-f-]{36}) =+$")
_LINE = re.compile(
    r"^(\x1b\[\d+m)?(?P<at>[\d:.]+) \[(?P<level>\w+) *\] \[(?P<thread>[^\]]+)\]: (?P<said>.*)$"
)
_BOUND = re.compile(r"^(?P<what>Began|Finished) running node \w+\.\w+\.(?P<node>.+)$")
# without `VERBOSE` the log has no bounds, but each node's numbered first and last line
_NUMBERED = re.compile(
    r"^(?P<number>\d+) of \d+ (?P<what>[A-Z-]+) .*?(?P<name>[\w.]*\w)[. ]*\[[^\]]*\]$"
)
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_HASH = re.compile(r"\.[0-9a-f]{10}$")


def node_log(
    invocation_id: str, node: str, more: Iterable[Path] = (), product: str | None = None
) -> str:
    """Return what was logged of a node in a run of dbt; empty where no log has it any more.

    Args:
        invocation_id: dbt's id of the run.
        node: name of the node, without its kind and project.
        more: structured logs of jobs, beside those of the lake.
        product: whose node it is; None where it is nobody's. Some products have tables of one name.
    """
    lines: list[str] = []
    for path in [*_logs_of_lake(), *more]:
        try:
            with path.open(encoding="utf-8", errors="replace") as log:
                lines += _of_node(log, invocation_id, node, product or "")
        except OSError:
            continue  # it was turned over just now
    text = "\n".join(lines)
    cut = "… (the beginning is left out)\n" if len(text) > MOST_CHARACTERS else ""
    return scrub(cut + text[-MOST_CHARACTERS:])


def _logs_of_lake() -> list[Path]:
    """Return the logs of the lake, the oldest first: dbt numbers those it turned over."""
    return sorted((lake().root / "logs").glob("dbt.log*"), key=lambda path: (-len(path.name), path))


def _of_node(log: Iterable[str], invocation_id: str, node: str, product: str) -> Iterator[str]:
    is_asked = False
    thread = last = number = ""  # the one that runs the node, the one that spoke last, its number
    for raw in log:
        line = raw.rstrip("\n")
        if line.startswith("{"):
            yield from _event(line, invocation_id, node)
            continue
        if head := _HEAD.match(line):
            is_asked, thread, number = head["invocation"] == invocation_id, "", ""
            continue
        if not is_asked:
            continue
        found = _LINE.match(line)
        if found is None:  # goes on with what was said before
            if thread and last == thread:
                yield _COLOUR.sub("", line)
            continue
        last, said = found["thread"], _COLOUR.sub("", found["said"])
        bound, numbered = _BOUND.match(said), _NUMBERED.match(said)
        is_own = bound is not None and _HASH.sub("", bound["node"]) == node
        if bound and is_own and bound["what"] == "Began":
            thread = last
        if not thread and numbered and _is_of(numbered["name"], node, product):
            thread, number = last, numbered["number"]
        if thread and last == thread:
            yield f"{found['at']} {found['level']:<5} {said}"
        if bound and is_own and bound["what"] == "Finished":
            thread = ""
        if numbered and numbered["number"] == number and numbered["what"] != "START":
            thread = number = ""


def _is_of(name: str, node: str, product: str) -> bool:
    """Say whether a relation or a test, as the log calls it, is a node's."""
    schema, _, table = name.rpartition(".")
    if f"{schema}_{table}" == node:  # a table whose name another product has too
        return True
    return table == node and (not schema or not product or schema.startswith((product, "ops")))


def _event(line: str, invocation_id: str, node: str) -> Iterator[str]:
    try:
        event = json.loads(line)
        info, described = event["info"], event["data"].get("node_info") or {}
        if info["invocation_id"] == invocation_id and described.get("node_name") == node:
            at = str(info["ts"])[11:26]
            yield f"{at} {info['level']:<5} {_COLOUR.sub('', str(info['msg'])).strip()}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # the last line may be half-written
