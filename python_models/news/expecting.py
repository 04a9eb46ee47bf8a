"""What an estimate takes for the rows that answers still to come will choose.

As many stories of those that passed tier 1 stand in for those tier 2 will pass and for those that
will be ranked; texts composed by rules stand in for those a model will write. So the prompts of all
phases are counted as they will about be, before anything was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyRelation

from python_models.news.analyses import analyses_of, checked_of
from python_models.news.audits import drawn_of
from python_models.news.backgrounds import queued_of
from python_models.news.checks.names import Known
from python_models.news.composing import compose
from python_models.news.entities import entities_of, named_of
from python_models.news.evidence import Shown, by_story, evidence_of, known_of
from python_models.news.steps import report_of
from python_models.news.tables import row_of, rows_of, setting_of

Ref = Callable[[str], DuckDBPyRelation]
Rows = list[dict[str, Any]]
_NO_CALL = dict.fromkeys(("error", "call_id", "provider", "model"))


def stand_ins(ref: Ref) -> dict[str, pa.Table]:
    """Return {relation: rows} of what the newest run of news has not been answered yet.

    Args:
        ref: gives a relation as it was built.
    """
    run = row_of(ref("int_news__run")) if _is_built(ref, "int_news__run") else None
    if run is None or not _is_built(ref, "int_news__stories_queued"):
        return {}
    return _Expected(ref, run).tables()


class _Expected:
    """The relations of one run, those that are there as they are."""

    def __init__(self, ref: Ref, run: dict[str, Any]) -> None:
        self.ref, self.run = ref, run
        self.found: dict[str, pa.Table] = {}

    def tables(self) -> dict[str, pa.Table]:
        """Go through the phases; from the first one that has no rows yet, others stand in."""
        if not self._has("int_news__tier2"):
            self.found["int_news__tier2"] = self._passed()
        if self.found or not self._has("int_news__evidence"):
            self.found["int_news__evidence"] = self._evidence()
            self.found["int_news__audits_queued"] = self._audited()
        if self.found or not self._has("int_news__ranking"):
            self.found["int_news__ranking"] = self._ranked()
        if self.found or not self._has("int_news__analyses"):
            checked = self._written()
            self.found["int_news__analyses_checked"] = checked
            self._enrich(analyses_of(self.run["run_id"], checked.to_pylist(), []))
        return self.found

    def _has(self, name: str) -> bool:
        """Say whether a relation is there, and of this run."""
        if not _is_built(self.ref, name):
            return False
        row = row_of(self.ref(name))
        return row is not None and row["run_id"] == self.run["run_id"]

    def _rows(self, name: str) -> Rows:
        if name in self.found:
            rows: Rows = self.found[name].to_pylist()
            return rows
        return rows_of(self.ref(name)) if _is_built(self.ref, name) else []

    def _setting(self, name: str) -> int:
        return int(setting_of(self.ref("news_thresholds"), name))

    def _passed(self) -> pa.Table:
        stories = [one for one in self._rows("int_news__stories_queued") if not one["is_too_short"]]
        stories.sort(key=lambda one: (-one["tier1_score"], one["story_id"]))
        # evenly from the best to the last: those tier 1 likes best are told by more hosts, and
        # so have longer prompts, than those that tier 2 will choose
        step = max(1.0, len(stories) / max(1, int(self.run["tier3_max"])))
        chosen = {int(number * step) for number in range(int(self.run["tier3_max"]))}
        rows = [
            one | {"passed": place in chosen, "relevance": 5.0, "category": one["tier1_category"]}
            for place, one in enumerate(stories)
        ]
        return pa.Table.from_pylist(rows, schema=None if rows else _NONE)

    def _evidence(self) -> pa.Table:
        shown = Shown(self._setting("evidence_characters"), self._setting("articles_per_host"))
        return evidence_of(
            [one for one in self._rows("int_news__tier2") if one["passed"]],
            self._rows("int_news__story_articles"),
            self._rows("int_news__articles"),
            self._rows("int_news__passages"),
            shown,
        )

    def _audited(self) -> pa.Table:
        hosts = {one["story_id"]: one["host_count"] for one in self._rows("int_news__stories")}
        tier2 = [
            one | {"dropped_because": None if one["passed"] else "beyond_tier3_max"}
            for one in self._rows("int_news__tier2")
        ]
        return drawn_of(
            self.run,
            self._rows("int_news__tier1"),
            tier2,
            self._rows("int_news__articles"),
            self._rows("int_news__passages"),
            hosts,
        )

    def _ranked(self) -> pa.Table:
        report = report_of(self.run)
        wanted = int(report.get("top_n", 10)) + int(report.get("reserve", 3))
        passed = [one for one in self._rows("int_news__tier2") if one["passed"]]
        passed.sort(key=lambda one: (-(one["relevance"] or 0), -one["tier1_score"]))
        rows = [
            {
                "run_id": self.run["run_id"],
                "story_id": one["story_id"],
                "lead_article_id": one["lead_article_id"],
                "rank": place if place <= wanted else None,
                "weighted_score": 5.0,
            }
            for place, one in enumerate(passed, start=1)
        ]
        return pa.Table.from_pylist(rows, schema=None if rows else _NONE)

    def _written(self) -> pa.Table:
        evidence = self._rows("int_news__evidence")
        ranked = {one["story_id"] for one in self._rows("int_news__ranking") if one["rank"]}
        answers = [
            {
                "story_id": story,
                "sentences": compose({"headline": shown[0]["title"]}, _passages(shown), 0),
                "status": "ok",
                "prompt_tokens": 0,
                "completion_tokens": 0,
                "cost_usd": 0.0,
            }
            | _NO_CALL
            for story, shown in by_story(evidence).items()
            if story in ranked
        ]
        language = self.run.get("language_written") or "en"
        checked = checked_of(answers, evidence, language, self._known(), attempt=1).to_pylist()
        # how many a model will have to mend is not known before
        rows = [one | {"passed": True, "faults": "[]"} for one in checked]
        return pa.Table.from_pylist(rows, schema=None if rows else _NONE)

    def _known(self) -> Known:
        return known_of(
            self._rows("news_aliases"),
            self._rows("news_idf"),
            self._rows("int_news__entities_known"),
        )

    def _enrich(self, analyses: pa.Table) -> None:
        dictionary = self._rows("int_news__entities_known")
        named = named_of(analyses.to_pylist(), dictionary, self._known())
        entities = entities_of(named.to_pylist(), []).to_pylist()
        entities.sort(key=lambda one: (-one["mention_count"], one["name"]))
        self.found["int_news__entities_named"] = named
        self.found["int_news__backgrounds_queued"] = queued_of(
            entities,
            dictionary,
            self._rows("int_news__passages"),
            self._rows("int_news__backgrounds_carried"),
            self.run["as_of"],
            self._setting("evidence_per_entity"),
            self._setting("entities_per_story"),
        )


_NONE = pa.schema([(name, pa.string()) for name in ("run_id", "story_id", "rank", "passed")])


def _passages(shown: Sequence[Mapping[str, Any]]) -> Rows:
    return [{"id": row["passage_id"], "host": row["host"], "text": row["text"]} for row in shown]


def _is_built(ref: Ref, name: str) -> bool:
    """Say whether a relation is there: what was never built has another shape."""
    return ref(name).columns != ["not_built"]
