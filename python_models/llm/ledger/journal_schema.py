"""The tables of the journal that hold calls, attempts, rows of many-row calls and claims."""

from __future__ import annotations

# in `llm_meta`: place in the journal of the last run when answers were last forgotten
FORGOTTEN_AFTER = "forgotten after run"
CALL_COLUMNS = (
    "call_id",
    "operation_name",
    "step",
    "node",
    "invocation_id",
    "row_key",
    "replicate",
    "prompt_template",
    "prompt_version",
    "prompt_hash",
    "endpoint",
    "server_address",
    "provider",
    "model",
    "response_model",
    "finish_reason",
    "status",
    "error_type",
    "attempts",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "is_usage_estimated",
    "cost_usd",
    "seconds",
    "request_id",
    "response_id",
    "asked_at",
    "answered_at",
    "error",
    "refusal",
    "raw_answer",
    "parsed_answer",
    "request_parameters",
    "output_schema",
    "input_messages",
)  # long texts last: what is looked up stands before them
ATTEMPT_COLUMNS = (
    "attempt_id",
    "call_id",
    "attempt",
    "kind",  # ask | retry | reask | longer
    "state",  # sent | arrived | answered | error | lost
    "operation_name",
    "step",
    "node",
    "invocation_id",
    "owner",
    "endpoint",
    "provider",
    "model",
    "response_model",
    "response_format",
    "http_status",
    "raw_response",
    "finish_reason",
    "error",
    "error_type",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "is_usage_estimated",
    "cost_usd",
    "reserved_usd",
    "reserved_tokens",
    "seconds",
    "request_id",
    "response_id",
    "is_forgotten",
    "asked_at",
    "answered_at",
)
STEP_RUN_COLUMNS = (
    "step_run_id",
    "invocation_id",
    "node",
    "step",
    "provider",
    "model",
    "rows",
    "rows_ok",
    "rows_bad",
    "rows_pending",
    "calls",
    "cached_calls",
    "requests",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "saved_usd",
    "saved_tokens",
    "seconds",
    "status",
    "message",
    "started_at",
)
INTEGERS = {
    "replicate",
    "attempts",
    "attempt",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "is_usage_estimated",
    "http_status",
    "reserved_tokens",
    "is_forgotten",
    "rows",
    "rows_ok",
    "rows_bad",
    "rows_pending",
    "calls",
    "cached_calls",
    "requests",
    "saved_tokens",
}
REALS = {
    "cost_usd",
    "saved_usd",
    "reserved_usd",
    "seconds",
    "asked_at",
    "answered_at",
    "started_at",
}


def _column(name: str) -> str:
    kind = "integer" if name in INTEGERS else "real" if name in REALS else "text"
    return f"{name} {kind}"


def _table(name: str, columns: tuple[str, ...], more: tuple[str, ...] = ()) -> str:
    first, *rest = columns
    body = ", ".join([f"{first} text primary key", *more, *map(_column, rest)])
    return f"create table if not exists {name} ({body})"


FOLD = ("is_folded integer not null default 0", "fold_id text")
DDL = (
    _table("llm_calls", CALL_COLUMNS, FOLD),
    _table("llm_attempts", ATTEMPT_COLUMNS, FOLD),
    _table("llm_step_runs", STEP_RUN_COLUMNS, FOLD),
    # one row's own answer inside a call that asked for many
    "create table if not exists llm_items (item_id text primary key, call_id text not null, "
    "position text not null) without rowid",
    "create table if not exists llm_embeddings (item_id text primary key, vector blob not null, "
    "call_id text not null) without rowid",
    "create table if not exists llm_claims (call_id text primary key, owner text not null) "
    "without rowid",
    "create table if not exists llm_owners (owner text primary key, host text, pid integer, "
    "process_started text, seen_at real) without rowid",
    "create table if not exists llm_batches (batch_id text primary key, endpoint text, state text, "
    "call_ids text, submitted_at real, finished_at real) without rowid",
    "create table if not exists llm_meta (name text primary key, value text) without rowid",
    "create index if not exists llm_attempts_by_call on llm_attempts (call_id)",
    "create index if not exists llm_attempts_by_invocation on llm_attempts (invocation_id)",
    "create index if not exists llm_attempts_unfolded on llm_attempts (is_folded) "
    "where is_folded <> 1",
    "create index if not exists llm_calls_unfolded on llm_calls (is_folded) where is_folded <> 1",
    "create index if not exists llm_calls_by_template on llm_calls (prompt_template)",
    "create index if not exists llm_attempts_open on llm_attempts (state) "
    "where state in ('sent', 'arrived')",
)
