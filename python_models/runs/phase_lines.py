"""What a person sees of a build while it runs: a line for each phase of a product that is over.

It lives in dbt's process, where each node is heard of. On a terminal the last line says what is
going on; elsewhere there is one line a phase and nothing that is overwritten.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import wrap

from ingestion.lakehouse import journal
from python_models.runs.nodes import Node, domain_of, phase_of

WIDTH = 79
SHORTEST = 20  # characters for what a phase has to say
_WORDS = {"intermediate": "facts", "llm": "LLM steps"}
_BAD = ("error", "fail", "runtime error", "skipped")


@dataclass
class Phase:
    """One phase of one product, as far as it is."""

    domain: str
    name: str  # with its ordinal, as the journal has it
    left: set[str] = field(default_factory=set)
    began: float | None = None
    done: int = 0
    bad: list[str] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)  # that ask models
    releases: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        word = self.name.partition(" ")[2]
        return _WORDS.get(word, word)


class PhaseLines:
    """Prints the phases of one build."""

    def __init__(
        self, invocation_id: str, graph: Mapping[str, Node], selected: Iterable[str]
    ) -> None:
        self.invocation_id = invocation_id
        self.phases: dict[tuple[str, str], Phase] = {}
        self.total = self.done = 0
        self._is_live = sys.stdout.isatty()
        self._began = time.monotonic()
        for unique_id in selected:
            node = graph.get(unique_id)
            self.total += node is not None
            if node is not None and (name := phase_of(node)) and (domain := domain_of(node)):
                key = (domain, name)
                self.phases.setdefault(key, Phase(*key)).left.add(unique_id)

    def started(self, node: Node) -> None:
        """Take that a node starts."""
        if phase := self._phase(node):
            phase.began = phase.began or time.monotonic()
        self._show(node["name"])

    def ended(self, node: Node, status: str, note: str | None) -> None:
        """Take that a node has ended; `note` is what it has to say."""
        self.done += 1
        phase = self._phase(node)
        if phase is None or node["unique_id"] not in phase.left:
            return
        phase.left.discard(node["unique_id"])
        phase.done += 1
        kind = node["name"].partition("_")[0]
        if str(status) in _BAD:
            phase.bad.append(node["name"])
        elif kind == "llm":
            phase.steps.append(node["name"])
        elif kind in ("gate", "release"):
            said = {"gate": phase.gates, "release": phase.releases}
            said[kind].append(note or node["name"])
        if not phase.left:
            self._line(phase)

    def finished(self) -> None:
        """Print the phases that were begun and are not over."""
        for phase in self.phases.values():
            if phase.left and phase.done:
                self._line(phase)
        self._clear()

    def _phase(self, node: Node) -> Phase | None:
        return self.phases.get((domain_of(node) or "", phase_of(node) or ""))

    def _line(self, phase: Phase) -> None:
        seconds = time.monotonic() - (phase.began or time.monotonic())
        self._clear()
        text = f"  {phase.domain:<13} {phase.label:<14} "
        # what does not fit goes on in the next line: nothing that a phase has to say is cut
        room = max(WIDTH - 9 - len(text), SHORTEST)
        said = self._text(phase)
        lines = wrap(said, room, break_long_words=False, break_on_hyphens=False) or [""]
        sys.stdout.write(f"{text + lines[0]:<{WIDTH - 9}}{seconds:7.1f} s\n")
        sys.stdout.writelines(f"{'':<{len(text)}}{line}\n" for line in lines[1:])
        sys.stdout.flush()

    def _text(self, phase: Phase) -> str:
        parts = []
        if count := phase.done - len(phase.gates) - len(phase.steps) - len(phase.releases):
            parts.append(f"{count} model{'' if count == 1 else 's'}")
        if phase.steps:
            parts = [self._asked(phase)]
        parts += ["gate passed"] if phase.gates else []
        parts += [f"{len(phase.left)} not built"] if phase.left else []
        if phase.bad:
            parts = [f"FAILED: {phase.bad[0]}"]
        for note in phase.releases:
            parts.append("held back" if note.startswith("not published") else "published")
        return ", ".join(parts)

    def _asked(self, phase: Phase) -> str:
        marks = ", ".join("?" for _ in phase.steps)
        row = journal.rows(
            "select sum(calls) as calls, sum(cached_calls) as cached, sum(cost_usd) as usd"
            f" from llm_step_runs where invocation_id = ? and node in ({marks})",
            (self.invocation_id, *phase.steps),
        )[0]
        calls, cached = row["calls"] or 0, row["cached"] or 0
        usd = f"${row['usd']:.4f}" if row["usd"] else "$0"
        return f"{calls:,} calls" + (f", {cached:,} cached" if cached else "") + f", {usd}"

    def _show(self, name: str) -> None:
        if self._is_live:
            seconds = time.monotonic() - self._began
            text = f"  {self.done} of {self.total} nodes, {seconds:.0f} s: {name}"
            sys.stdout.write(f"\r{text[:WIDTH]:<{WIDTH}}")
            sys.stdout.flush()

    def _clear(self) -> None:
        if self._is_live:
            sys.stdout.write(f"\r{'':<{WIDTH}}\r")
