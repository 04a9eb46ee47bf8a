"""Single conversations validated by the build's own rules, without a build.

A session is a database in memory with seeds loaded. Each request is a transaction in it: its
conversations are put where landing puts them, the models are made one after the other, what they
say is read, and all of it is rolled back. Tier 3 takes two: one says what a judge is shown, the
other takes what it said, so that nobody waits for a model with a session in hand.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.conversations.formats import Standardised, token_estimate
from ingestion.conversations.formats.shape import as_json
from ingestion.conversations.schema import TABLES
from ingestion.landing.empty_tables import empty_query
from python_models.conversations.languages import SCHEMA as LANGUAGES
from python_models.conversations.languages import detect_batch
from python_models.conversations.rules import (
    CHECKED,
    QUEUED,
    Model,
    Rules,
    rules,
    rules_version,
)

SESSIONS = 2
_ONE = "request"  # load, dataset and file of what a request holds
_TEXTS, _LANGUAGES = (
    "build.conversations_intermediate.int_conversations__conversation_texts",
    "build.conversations_intermediate.int_conversations__languages_detected",
)
_JUDGED = "build.conversations_intermediate.llm_conversations__conversations_judged"
_CHECKED = f"build.conversations_intermediate.{CHECKED}"
# where tier 3 is not asked for: nobody was judged
_UNJUDGED = f"""
create table {_CHECKED} (
    conversation_id varchar, status varchar, is_usable boolean, judged_score double,
    coherence double, helpfulness double, empathy double, safety double,
    therapeutic_appropriateness double, clinical_accuracy double
)
"""
_VERDICTS = """
select
    quality.*,
    tiers.is_structurally_valid,
    tiers.is_content_valid,
    (
        select
            list({
                'tier': checks.tier, 'check_name': checks.check_name, 'score': checks.score,
                'is_passed': checks.is_passed, 'is_required': checks.is_required,
                'recommendation': case when not checks.is_passed then checks.recommendation end
            } order by checks.tier desc, checks.check_name)
        from build.conversations_intermediate.int_conversations__checks_listed as checks
        where checks.conversation_id = quality.conversation_id
    ) as checks,
    (
        select list(named.disorder_name order by named.disorder_name)
        from build.conversations_intermediate.int_conversations__disorders_named as named
        where named.conversation_id = quality.conversation_id
    ) as disorders
from build.conversations.quality as quality
inner join build.conversations_intermediate.int_conversations__tiers_scored as tiers
    on quality.conversation_id = tiers.conversation_id
"""


class Session:
    """One database in memory; not for two requests at once."""

    def __init__(self, known: Rules) -> None:
        self.connection = duckdb.connect(":memory:", config={"threads": "1"})
        self._models = known.models
        run = self.connection.execute
        run("set TimeZone = 'UTC'")
        run("attach ':memory:' as build")
        run(f"attach '{str(known.seeds).replace(chr(39), chr(39) * 2)}' as seeds (read_only)")
        schemas = {model.relation.split(".")[1].strip('"') for model in known.models}
        for schema in schemas | {"conversations_seeds", "raw_conversations"}:
            run(f'create schema if not exists build."{schema}"')
        for (name,) in run(
            "select table_name from duckdb_tables()"
            " where database_name = 'seeds' and schema_name = 'conversations_seeds'"
        ).fetchall():
            run(
                f'create table build.conversations_seeds."{name}" as'
                f' from seeds.conversations_seeds."{name}"'
            )
        run("detach seeds")
        for name, schema in TABLES.items():
            run(f"create table build.raw_conversations.{name} as {empty_query(schema)}")
        run(_UNJUDGED)
        for model in self._models:
            if model.is_constant:
                run(f"create table {model.relation} as ({model.sql}\n)")

    def verdicts(
        self, conversations: Sequence[Standardised], judged: pa.Table | None = None
    ) -> dict[str, dict[str, Any]]:
        """Return what the rules say of conversations, by their id.

        Args:
            judged: what a judge said of them; with it each has a `judgement`, or none where it was
                not asked.
        """
        with self._made(conversations, judged):
            rows = self.connection.execute(_VERDICTS).to_arrow_table().to_pylist()
            found = {row["conversation_id"]: row | {"judgement": None} for row in rows}
            if judged is not None:
                told = self.connection.execute(f"select * from {_CHECKED}").to_arrow_table()
                for row in told.to_pylist():
                    found[row["conversation_id"]]["judgement"] = row
        return found

    def queued(self, conversations: Sequence[Standardised]) -> pa.Table:
        """Return what a judge is to be shown: those that pass tiers 1 and 2."""
        with self._made(conversations, until=QUEUED) as last:
            assert last is not None
            return self.connection.execute(f"select * from {last.relation}").to_arrow_table()

    @contextmanager
    def _made(
        self,
        conversations: Sequence[Standardised],
        judged: pa.Table | None = None,
        until: str | None = None,
    ) -> Iterator[Model | None]:
        """Make every model, or those up to one; nothing of it stays."""
        left_out = {QUEUED} if judged is not None else {QUEUED, CHECKED}
        self.connection.execute("begin")
        try:
            self._put(conversations)
            if judged is not None:
                self.connection.execute(f"drop table {_CHECKED}")
                self._store(_JUDGED, judged)
            for model in self._models:
                if not model.is_constant and (model.name == until or model.name not in left_out):
                    self._make(model)
                if model.name == until:
                    break
            yield model if until else None
        finally:
            self.connection.execute("rollback")

    def _make(self, model: Model) -> None:
        kind = "view" if model.is_view else "table"
        self.connection.execute(f"create {kind} {model.relation} as ({model.sql}\n)")
        if model.name == _TEXTS.rpartition(".")[2]:
            self._detect()

    def _put(self, conversations: Sequence[Standardised]) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        shared = {"load_id": _ONE, "source": _ONE, "source_file": _ONE, "file_hash": _ONE}
        self._insert("files", [shared | {"status": "loaded", "landed_at": now}])
        dataset = {"load_id": _ONE, "source": _ONE, "name": _ONE, "declared_at": now}
        self._insert("datasets", [dataset | {"tier": "private", "status": "loaded"}])
        records: list[dict[str, Any]] = []
        messages: list[dict[str, Any]] = []
        for number, one in enumerate(conversations, start=1):
            names = {"record_id": str(number), "conversation_id": one.conversation_id}
            record = {
                "record_number": number, "format": one.format, "confidence": one.confidence,
                "turn_count": len(one.messages), "raw": "", "created_at": one.created_at,
                "metadata": as_json(one.metadata) if one.metadata else "{}",
            }  # fmt: skip
            records.append(shared | names | record)
            messages += [
                {
                    "load_id": _ONE, "source": _ONE, **names, "turn": turn, "role": role,
                    "content": content, "token_estimate": token_estimate(content),
                }
                for turn, (role, content) in enumerate(one.messages)
            ]  # fmt: skip
        self._insert("records", records)
        self._insert("messages", messages)

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        batch = pa.Table.from_pylist(rows, TABLES[table])
        self.connection.register("batch", batch)
        self.connection.execute(
            f"insert into build.raw_conversations.{table} by name select * from batch"
        )
        self.connection.unregister("batch")

    def _detect(self) -> None:
        texts = self.connection.execute(f"select conversation_id, text from {_TEXTS}").fetchall()
        columns = [list(one) for one in zip(*detect_batch(texts), strict=True)] or [[], [], []]
        told = pa.Table.from_arrays(
            [pa.array(one, field.type) for one, field in zip(columns, LANGUAGES, strict=True)],
            schema=LANGUAGES,
        )
        self._store(_LANGUAGES, told)

    def _store(self, relation: str, rows: pa.Table) -> None:
        self.connection.register("told", rows)
        self.connection.execute(f"create table {relation} as select * from told")
        self.connection.unregister("told")


class Sessions:
    """A few sessions over the same rules, made when they are first needed."""

    def __init__(self, count: int = SESSIONS) -> None:
        self._free: queue.Queue[Session | None] = queue.Queue()
        for _ in range(count):
            self._free.put(None)
        self._lock = threading.Lock()
        self._rules: Rules | None = None
        self._version = ""

    @property
    def version(self) -> str:
        """The rules in force; nothing is compiled to say so."""
        self._version = self._version or rules_version()
        return self._version

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Lend a session; waits for one that is free.

        Raises:
            RulesFailed: the rules cannot be compiled.
        """
        found = self._free.get()
        try:
            found = found or Session(self._known())
            yield found
        finally:
            self._free.put(found)

    def _known(self) -> Rules:
        with self._lock:
            self._rules = self._rules or rules()
            return self._rules
