"""Portable macros as dbt renders them for an engine, and one table to try them on."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from typing import Any

import jinja2
import pyarrow as pa

from ingestion.lakehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dbt_project" / "macros" / "portable"
_TEXTS = (
    "Hello, world!  It's 5 o'clock - isn't it?",
    "Grüße aus Köln... „Zitat“ und mehr.\n> quoted line\nEnd",
    "你好，世界。今天天气很好！",
    "",
    None,
    "a b a c a",
    'He said "no", then `code` and left; (really)',
    "quote's {brace} [list] $1 \\d back\\slash",
)
_FACTS = (
    '{"name": "Ann", "n": 1}',
    '{"name": null, "deep": {"x": 2}}',
    '{"other": "é \\"quoted\\""}',
    "{}",
    None,
    '{"name": 3.5}',
    '{"name": true}',
    '{"name": "a\'b"}',
)
_ITEMS = (
    '["a", "b"]',
    '["it\'s", "\\"q\\""]',
    "[]",
    '["x"]',
    None,
    '["1", "2", "3"]',
    '["é"]',
    '["{}", ""]',
)
_BEGAN = (
    datetime(2026, 1, 31, 23, 59, 59, 123456),
    datetime(1969, 12, 31, 23, 59, 59, 999999),
    datetime(2024, 2, 29),
    datetime(2026, 3, 29, 2, 30),
    None,
    datetime(2026, 1, 1, 0, 0, 0, 1),
    datetime(1999, 12, 31, 12),
    datetime(2038, 1, 19, 3, 14, 8),
)
SAMPLES = pa.table(
    {
        "sample_id": pa.array(range(len(_TEXTS)), pa.int64()),
        "part": pa.array([place % 3 for place in range(len(_TEXTS))], pa.int64()),
        "body": pa.array(_TEXTS, pa.string()),
        "began_at": pa.array(_BEGAN, pa.timestamp("us")),
        "ended_at": pa.array([*_BEGAN[3:], *_BEGAN[:3]], pa.timestamp("us")),
        "amount": pa.array([1.5, None, -2.25, 0.0, 7.0, None, 3.0, 1.5], pa.float64()),
        "facts": pa.array(_FACTS, pa.string()),
        "items": pa.array(_ITEMS, pa.string()),
        "pattern": pa.array(["o+", "[üö]", "天", "x", None, "a b", "[.]", "q"], pa.string()),
    }
)
# a value of each row, made by one macro
OF_ROWS = {
    "days_after": "days_after('began_at', '400')",
    "dateadd": "dbt.dateadd('day', 7, 'began_at')",
    "dateadd of a date": "dbt.dateadd('month', 1, 'cast(began_at as date)')",
    "seconds_after": "seconds_after('began_at', 'amount * 100000')",
    "seconds_after, years": "seconds_after('began_at', 'amount * 1e8')",
    "just_after": "just_after('began_at')",
    "seconds_between": "seconds_between('began_at', 'ended_at')",
    "time_slot": "time_slot('began_at', '900')",
    "timestamp_key": "timestamp_key('began_at')",
    "json_text": "json_text('facts', 'name')",
    "json_object_text": "json_object_text([['id', 'sample_id'], ['text', 'body'],"
    " ['amount', 'amount']])",
    "text_matches": "text_matches('body', '[aeiou]{2}|[0-9]')",
    "text_replaced": "text_replaced('body', '[a-c]+', '_')",
    "text_replaced_by_column": "text_replaced_by_column('body', 'pattern', '_')",
    "rounded": "rounded('amount * 0.0000003333 + 0.0000005')",
    "round_to": "round_to('0 * amount + 2116.6167195', 6)",  # in the middle of two
    "timestamp_text": "timestamp_text('began_at')",
    "empty_string_array": "empty_string_array()",
    "words_of": "words_of('body')",
    "words_apart": "words_apart('body')",
    "text_composed": "text_composed('body')",
    "clauses_of": "clauses_of('body')",
    "sentences_of": "sentences_of(clauses_of('body'))",
    "without_apostrophes": "without_apostrophes('body')",
    "without_quotations": "without_quotations('body')",
    "distinct_word_share": "distinct_word_share('body')",
    "distinct_word_share of what a function gives": "distinct_word_share('lower(left(body, 20))')",
    "is_ascii": "is_ascii('body')",
    "last_known": "last_known('amount', '(order by sample_id)')",
    "first_known": "first_known('amount', '(order by sample_id rows between current row"
    " and unbounded following)')",
}
# a value of each group: two of a kind beside each other, as models have them
OF_GROUPS = {
    "ordered_array_agg": "ordered_array_agg('body', 'amount')",
    "two ordered_array_agg": "ordered_array_agg('body', '-sample_id') }} as other,"
    " {{ ordered_array_agg('sample_id', 'body')",
    "ordered_array_agg of its key": "ordered_array_agg('facts', 'body') }} as other,"
    " {{ ordered_array_agg('body', 'body')",
    "three ordered_text_agg": "ordered_text_agg('body', 'sample_id', '-') }} as other,"
    " {{ ordered_text_agg('facts', 'sample_id', '-') }} as third,"
    " {{ ordered_text_agg('body || facts', 'sample_id', '-')",
    "ordered_array_agg of nothing": "ordered_array_agg('case when part = 1 then body end',"
    " 'sample_id')",
    "ordered_text_agg of nothing": "ordered_text_agg('case when part = 1 then body end',"
    " 'sample_id', ', ')",
    "ordered_text_agg": "ordered_text_agg('body', '-sample_id', ', ')",
    "percentile": "percentile('cast(amount as double)', 0.37)",
    "median": "median('amount')",
    "median half way": "median('0.007 * amount')",  # the last bit tells how it was reckoned
    "median of nothing": "median('case when part = 1 then amount end')",
    "percentile of nothing": "percentile('case when part = 1 then cast(amount as double) end',"
    " 0.9)",
    "array_head": "array_head(ordered_array_agg('sample_id', '-sample_id'), 2)",
}
# rows of each row; what `json_elements` gives is read by `json_plain`
ELEMENTS = {
    "each_integer": "each_integer('0', 'part')",
    "each_word": "each_word(words_of('body'))",
    "json_elements": "json_elements('items')",
    "array_elements": "array_elements(ordered_array_agg('body', 'body'))",
}


class _Adapter:
    """What `adapter` is in a macro: it finds the macro that an engine has."""

    def __init__(self, engine: str, macros: dict[str, Any]) -> None:
        self._engine, self._macros = engine, macros

    def dispatch(self, name: str, package: str) -> Any:
        own, default = f"{self._engine}__{name}", f"default__{name}"
        return self._macros.get(own) or self._macros[default]


class _Dbt:
    """The few macros of dbt that portable ones call."""

    def __init__(self, engine: str, macros: dict[str, Any]) -> None:
        self._engine, self._macros = engine, macros

    def dateadd(self, unit: str, count: int, moment: str) -> str:
        own = self._macros.get(f"{self._engine}__dateadd")
        return own(unit, count, moment) if own else f"({moment} + interval {count} {unit})"

    def type_string(self) -> str:
        return "string" if self._engine == "spark" else "varchar"

    def string_literal(self, value: str) -> str:
        return f"'{value}'"

    def escape_single_quotes(self, value: str) -> str:
        return value.replace("'", "\\'" if self._engine == "spark" else "''")


@cache
def _module(engine: str) -> Any:
    macros: dict[str, Any] = {}
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    environment.globals.update(
        {
            "dbt": _Dbt(engine, macros),
            "adapter": _Adapter(engine, macros),
            "local_md5": lambda text: hashlib.md5(text.encode()).hexdigest(),
            "return": lambda value: value,
        }
    )
    text = "".join(path.read_text() for path in sorted(FOLDER.glob("*.sql")))
    module = environment.from_string(text).module
    macros |= {name: value for name, value in vars(module).items() if callable(value)}
    environment.globals.update(macros)
    return environment


def rendered(expression: str, engine: str) -> str:
    """Return the SQL of a Jinja expression as dbt renders it for `duckdb` or `spark`."""
    template = _module(engine).from_string("{{ " + expression + " }}")
    return " ".join(line.strip() for line in template.render().strip().split("\n"))


def query(case: str, engine: str, relation: str) -> str:
    """Return the query that tries a case on the samples in a relation."""
    if case in OF_ROWS:
        return f"select sample_id, {rendered(OF_ROWS[case], engine)} as value from {relation}"
    if case in OF_GROUPS:
        made = rendered(OF_GROUPS[case], engine)
        return f"select part, {made} as value from {relation} group by part"
    made = rendered(ELEMENTS[case], engine)
    if case == "json_elements":
        plain = rendered("json_plain('listed.element')", engine)
        listed = f"(select sample_id, {made} as element from {relation})"
        return f"select sample_id, {plain} as value from {listed} as listed"
    key = "part" if case == "array_elements" else "sample_id"
    by = " group by part" if case == "array_elements" else ""
    return f"select {key}, {made} as value from {relation}{by}"
