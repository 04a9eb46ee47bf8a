"""The stages of an experiment: drafts, essays, evaluations, comparisons; each a step of its own.

A stage takes what is planned, writes each row's prompt from its template and its parent's text,
and asks. Rows whose parent has no usable text are `blocked`, rows whose parent is still to come
are `pending`; both say why, and cost nothing.
"""

from __future__ import annotations

import time
from json import dumps, loads
from statistics import fmean
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.lake import lake
from python_models.experiments.headers import headers_of
from python_models.experiments.rendering import RenderError, as_text, compiled, concepts_of
from python_models.experiments.reuse import reused_generations
from python_models.experiments.texts import take
from python_models.llm.asking.rows import as_table
from python_models.llm.ledger.recording import RECORDER
from python_models.llm.ledger.reuse import put_kept_summary
from python_models.llm.step import GOOD, RowPrompts, Step
from python_models.release.reuse import HASH

Row = dict[str, Any]
ASKED = ("gen_id", "messages", "replicate", "template_id", "template_hash", "endpoint", "model",
         "parameters", "is_asked", "is_due", "answer", "extra_headers")  # fmt: skip
OUT = pa.schema(
    [
        ("gen_id", pa.string()),
        (HASH, pa.string()),
        ("status", pa.string()),
        ("error", pa.string()),
        ("parse_error", pa.string()),
        ("prompt", pa.string()),
        ("raw", pa.string()),
        ("parsed", pa.string()),
        ("provider", pa.string()),
        ("model", pa.string()),
        ("endpoint", pa.string()),
        ("finish_reason", pa.string()),
        ("call_id", pa.string()),
        ("prompt_tokens", pa.int64()),
        ("completion_tokens", pa.int64()),
        ("cost_usd", pa.float64()),
        ("seconds", pa.float64()),
        ("asked_at", pa.timestamp("us")),
    ]
)
COLUMNS = ", ".join(OUT.names)
JUDGING = ("evaluation", "comparison")  # what they say is read from the stored text
PAIR = "pair"  # asked for: the better of two texts
STAND_IN = "A text that is still to be written. " * 40  # where no text is known to go by


def step_of(stage: str) -> Step:
    """Return a stage's step; the rows bring prompts, models and endpoints."""
    return Step(
        name=f"experiments_{stage}",
        template=None,
        answer=None,
        key=("gen_id",),
        replicate="replicate",
        prompts=RowPrompts(
            is_asked="is_asked",
            is_due="is_due",
            answer="answer",
            type_of=_verdict,
            headers="extra_headers",
        ),
    )


def _verdict(asked_for: str) -> Any:
    """Return what a judge answers in: on a scale written as JSON, or which of a pair is better."""
    from python_models.experiments.scores import Scale, answer_type  # pydantic's import is dear

    if asked_for == PAIR:
        from python_models.experiments.pairs import PairVerdict

        return PairVerdict
    return answer_type(Scale(*loads(asked_for)))


def _asked_for(row: Row) -> str | None:
    """Return the scale of a typed verdict, or that of a pair; none where text is asked for."""
    if row["stage"] == "comparison":
        return PAIR
    is_typed = row["stage"] == "evaluation" and row["parser"] == "json"
    return dumps([row["scale_min"], row["scale_max"]]) if is_typed else None


def write_stage(
    session: duckdb.DuckDBPyConnection,
    stage: str,
    refs: dict[str, Any],
    node: str,
    before: Any = None,
) -> Any:
    """Run a stage and return a relation with one row per planned generation of it.

    Args:
        session: dbt's DuckDB connection.
        stage: draft, essay, evaluation or comparison.
        refs: relations by name: planned, templates, combos, and texts of the stages before
            (`parents`; for an evaluation also `drafts`), and `models` with their headers.
        node: the dbt model's name.
        before: what this gave for the last build; usable rows stand while nothing touches them.

    Raises:
        StepFailed: as `run_step`; every answer is in the ledger by then.
    """
    started = time.time()
    step = step_of(stage)
    wanted = refs["planned"].filter(f"stage = '{stage}' and generator <> 'import'")
    found = reused_generations(session, wanted, step.name, refs, before)
    planned = as_table(found.left).to_pylist()
    source = Texts(stage, refs if planned else {})
    rows = {row["gen_id"]: source.prepared(row) for row in planned}
    asked = [row for row in rows.values() if "messages" in row]
    if not asked and RECORDER.get() is None:  # the client's import is half of such a run
        answers: list[Row] = []
        if found.asked:
            put_kept_summary(lake().journal_db, step.name, node, found.asked, started)
    else:
        from python_models.llm import run_step

        answers = run_step(
            session,
            _as_asked(asked),
            step,
            node,
            coming=lambda: _as_asked(source.coming(rows.values())),
            kept=found.asked,
        ).to_pylist()
    by_id = {answer["gen_id"]: answer for answer in answers}
    written = pa.Table.from_pylist([finished(row, by_id) for row in rows.values()], OUT)
    new = session.from_arrow(written)
    return new if found.rows is None else found.rows.project(COLUMNS).union(new)


class Texts:
    """What prompts are made of: templates, concepts, and the texts of the stages before."""

    def __init__(self, stage: str, refs: dict[str, Any]) -> None:
        self.stage = stage
        templates = _columns(refs.get("templates"), "text_hash", "template_id", "text")
        self.templates = {row["text_hash"]: row for row in templates}
        combos = _columns(refs.get("combos"), "combo_key", "concepts")
        self.combos = {row["combo_key"]: row["concepts"] for row in combos}
        self.headers = headers_of(refs.get("models"))
        self._concepts: dict[str, list[dict[str, Any]]] = {}
        self.parents = _texts(refs.get("parents"))
        self.drafts = _texts(refs.get("drafts"))

    def prepared(self, row: Row) -> Row:
        """Return a planned row with its messages, or with the state it ends in without any."""
        if self.stage == "draft":
            return self._rendered(row, None)
        parents = [row["parent_gen_id"], row.get("second_gen_id")]
        states = [state for name in parents if name and (state := self._state_of(name))]
        if states:  # what waits for one text is not blocked by the other yet: both are to be rows
            return row | min(states, key=lambda state: state["status"] != "pending")
        parent = self.parents[row["parent_gen_id"]]
        if row["generator"] == "copy":
            return self._copied(row, parent)
        return self._rendered(row, parent)

    def _state_of(self, name: str) -> Row | None:
        """Return what becomes of a row for one of its parents; None where it can be asked."""
        parent = self.parents.get(name)
        if parent is None or parent["status"] == "pending":
            return {"status": "pending", "error": f"waits for {name}"}
        if parent["status"] in GOOD and parent["parsed"]:
            return None
        why = parent["error"] or parent["parse_error"] or "no text"
        said = f"its parent {name} is {parent['status']}: {why}"
        return {"status": "blocked", "error": said}

    def _copied(self, row: Row, parent: Row) -> Row:
        text, error = take(parent["parsed"], row["parser"], row["min_lines"] or 0)
        state = {"status": "ok" if error is None else "invalid", "parse_error": error}
        return row | state | {"error": error, "raw": parent["parsed"], "parsed": text}

    def _rendered(self, row: Row, parent: Row | None) -> Row:
        template = self.templates[row["template_hash"]]
        try:
            messages = compiled(template["template_id"], template["text"]).messages(
                self._given(row, parent)
            )
        except RenderError as error:
            return row | {"status": "failed", "error": str(error)}
        place = (row["endpoint"], row["provider_model"], row["parameters"])
        return row | {"messages": messages, "extra_headers": self.headers.get(place)}

    def _given(self, row: Row, parent: Row | None) -> dict[str, Any]:
        key = row["combo_key"]
        if key is None:  # a text made elsewhere
            return self._with_texts(row, parent, {"concepts": []})
        if key not in self._concepts:
            self._concepts[key] = concepts_of(self.combos[key])
        return self._with_texts(row, parent, {"concepts": self._concepts[key]})

    def _with_texts(self, row: Row, parent: Row | None, given: dict[str, Any]) -> dict[str, Any]:
        if parent is not None and self.stage == "essay":
            given["draft"] = parent["parsed"]
        if parent is not None and self.stage == "comparison":
            second = self.parents.get(row["second_gen_id"]) or parent
            given["essay_a"] = parent["parsed"]
            given["essay_b"] = second["parsed"] or parent["parsed"]
        if parent is not None and self.stage == "evaluation":
            draft = self.drafts.get(parent.get("parent_gen_id") or "", {})
            given |= {
                "essay": parent["parsed"],
                "draft": draft.get("parsed") or "",
                "scale_min": _plain(row["scale_min"]),
                "scale_max": _plain(row["scale_max"]),
            }
        return given

    def coming(self, rows: Any) -> list[Row]:
        """Return the rows that wait for a parent, with a text of usual length in its place."""
        known = [len(one["parsed"]) for one in self.parents.values() if one["parsed"]]
        size = round(fmean(known)) if known else len(STAND_IN)
        text = (STAND_IN * (size // len(STAND_IN) + 1))[:size]
        waiting = [
            row
            for row in rows
            if row.get("status") == "pending" and row["generator"] == "llm" and row["is_asked"]
        ]
        rendered = [self._rendered(row, {"parsed": text}) for row in waiting]
        return [row for row in rendered if "messages" in row]


def _texts(relation: Any) -> dict[str, Row]:
    """Return the texts of a stage by gen_id."""
    names = ("gen_id", "status", "error", "parse_error", "parsed", "parent_gen_id")
    return {row["gen_id"]: row for row in _columns(relation, *names)}


def _columns(relation: Any, *names: str) -> list[Row]:
    """Return columns of a relation as rows; one that is not needed or was never built has none."""
    if relation is None or names[0] not in relation.columns:
        return []
    return as_table(relation.project(", ".join(names))).to_pylist()


def _plain(value: float | None) -> float | int | None:
    """Return a scale's end as a person writes it: 10, not 10.0."""
    return int(value) if value is not None and value == int(value) else value


def _as_asked(rows: list[Row]) -> pa.Table:
    """Return what the LLM door reads of rows."""
    text = pa.string()
    types = [text, text, pa.int64(), *[text] * 5, pa.bool_(), pa.bool_(), text, text]
    shape = pa.schema(list(zip(ASKED, types, strict=True)))
    return pa.Table.from_pylist(
        [
            {name: row.get(name) for name in ASKED}
            | {
                "messages": dumps(row["messages"], ensure_ascii=False),
                "model": row["provider_model"],
                "is_due": row["is_current"] or row["is_asked"],
                "answer": _asked_for(row),
            }
            for row in rows
        ],
        shape,
    )


def finished(row: Row, answers: dict[str, Row]) -> Row:
    """Return a row as it ended: what came back, what was taken out of it, and why not."""
    out: Row = {name: row.get(name) for name in OUT.names}
    out["endpoint"], out["model"] = row["endpoint"], row["provider_model"]
    if row["generator"] == "copy":
        out["endpoint"] = out["model"] = None
    if "messages" not in row:
        return out
    out["prompt"] = as_text(row["messages"])
    answer = answers[row["gen_id"]]
    out |= {name: answer[name] for name in OUT.names if name in answer and name != "model"}
    out["raw"] = answer["raw_answer"]
    if answer["status"] in GOOD:
        out["parsed"], out["parse_error"] = take(
            answer["text"], None if row["stage"] in JUDGING else row["parser"],
            0 if _asked_for(row) else row["min_lines"] or 0,
        )  # fmt: skip
        if out["parse_error"]:
            out["status"], out["error"] = "invalid", out["parse_error"]
    return out
