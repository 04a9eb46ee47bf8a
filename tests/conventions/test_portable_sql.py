"""Models of the domains run on DuckDB and on Spark: what only one of them knows is in a macro."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from tests.conventions.project import DBT, PRODUCTS, ROOT, bare_sql, files, named

# what stands between two brackets, with brackets in it up to three deep
_BALANCED = r"[^()]*"
for _ in range(3):
    _BALANCED = rf"(?:[^()]|\({_BALANCED}\))*"
# what: (pattern, what to write instead); strings, comments and Jinja are taken out before
FORBIDDEN = {
    "a cast with ::": (r"::\s*[a-z]", "cast(x as type)"),
    "qualify": (r"\bqualify\b", "a subquery with row_number() and where"),
    "group by all": (r"\bgroup\s+by\s+all\b", "the keys: they are the grain"),
    "order by all": (r"\border\s+by\s+all\b", "the keys"),
    "group by position": (r"\bgroup\s+by\s+[0-9]", "the keys"),
    "* exclude": (r"\*\s*(exclude|except|replace|rename)\b", "the columns"),
    "columns()": (r"\bcolumns\s*\(", "the columns"),
    "a list comprehension": (r"\[[^\]]*\bfor\b[^\]]*\bin\b", "a macro in macros/portable"),
    "a lambda": (r"->|\blambda\b", "a macro in macros/portable"),
    "a list literal": (r"(?<![\w\)\]])\[", "dbt.array_construct"),
    "a struct literal": (r"\{\s*''|\bstruct_pack\b|\bstruct\s*\(", "a macro in macros/portable"),
    "from first": (r"\(\s*from\s+\w|\A\s*from\b", "select * from"),
    "pivot": (r"\bpivot\b(?!ed)", "max(case when ...)"),
    "union by name": (r"\bunion\s+(all\s+)?by\s+name\b", "the columns, listed"),
    "distinct on": (r"\bdistinct\s+on\b", "a subquery with row_number()"),
    "asof join": (r"\basof\b", "max_by, joined"),
    "a positional or lateral join": (r"\b(positional|lateral)\s+join\b", "a join with on"),
    "using sample": (r"\busing\s+sample\b", "tablesample (n percent)"),
    "unnest": (r"\bunnest\s*\(", "a macro in macros/portable"),
    "array_agg or list": (r"\b(array_agg|list|list_[a-z]+)\s*\(", "ordered_array_agg"),
    "string_agg": (r"\b(string_agg|group_concat)\s*\(", "ordered_text_agg"),
    "epoch": (r"\bepoch(_ms|_us)?\s*\(", "seconds_between"),
    "strftime": (r"\b(strftime|strptime|date_format)\s*\(", "timestamp_text"),
    "date_diff": (r"\bdate_?diff\s*\(", "seconds_between or dbt.datediff"),
    "date_trunc without a cast": (r"(?<!cast\()\bdate_trunc\s*\(", "cast(date_trunc(...) as ...)"),
    "to_timestamp": (r"\b(to_timestamp|make_timestamp)\s*\(", "a macro in macros/portable"),
    "at time zone": (r"\bat\s+time\s+zone\b", "a macro in macros/portable"),
    "an interval": (r"\binterval\b", "days_after or seconds_after"),
    "quantile": (r"\b(quantile[a-z_]*|approx_[a-z_]+)\s*\(", "the macro percentile"),
    "median": (r"\b(median|percentile_cont|percentile)\s*\(", "the macro median or percentile"),
    "round to digits": (
        rf"\bround\s*\({_BALANCED},\s*[0-9]+\s*\)",
        "the macro round_to or rounded",
    ),
    "mode()": (r"\bmode\s*\(", "a tie that is decided by order"),
    "extract dow": (r"\bextract\s*\(\s*(dow|isodow|epoch)\b", "a macro in macros/portable"),
    "regexp": (r"\b(regexp_matches|regexp_replace|rlike)\s*\(", "a macro in macros/portable"),
    "integer division": (r"//", "floor(a / b)"),
    "a double-quoted name": (r'"', "adapter.quote(); on Spark it is a text"),
    "starts_with": (r"\b(starts_with|prefix)\s*\(", "like 'he%'"),
    "string_split": (r"\b(string_split|str_split)\s*\(", "split(s, ',')"),
    "array_length": (r"\b(array_length|len|cardinality|size)\s*\(", "a macro in macros/portable"),
    "generate_series": (r"\b(generate_series|range)\s*\(", "each_integer"),
    "hash": (r"\b(hash|sha256)\s*\(", "dbt.hash"),
    "log": (r"\blog\s*\(", "ln or log10"),
    "varchar": (r"\bas\s+varchar\b", "dbt.type_string()"),
    "odd types": (r"\bas\s+(hugeint|ubigint|uinteger|int8|int4|int64)\b", "bigint"),
    "lag ignore nulls": (r"\bignore\s+nulls\b", "a macro in macros/portable"),
    "a trim of named characters": (r"\b[lr]?trim\s*\([^()]*,", "trim(both 'x' from y)"),
    "right join": (r"\bright\s+(outer\s+)?join\b", "left join"),
    "a comma join": (r"\bfrom\s+\w+\s*,\s*\w+", "inner join or cross join"),
    "a hint at a cte": (r"\b(not\s+)?materialized\s*\(", "the relation itself: DuckDB takes none"),
    "a recursive cte": (r"\brecursive\b", "each_integer"),
    "xor": (r"\bxor\b|\^", "case when"),
    "limit percent": (r"\blimit\s+[0-9.]+\s*%", "row_number()"),
    "semi-structured access": (r"\bjson_[a-z_]+\s*\(|->>", "json_object_text"),
}


@lru_cache
def _models() -> dict[str, str]:
    """Return {file: its SQL, bare, line by line} of the domains' models."""
    return {
        named(path): _bare_by_line(path.read_text())
        for domain in PRODUCTS
        for path in files(".sql", under=(f"dbt_project/models/{domain}",))
    }


@pytest.mark.parametrize("what", FORBIDDEN)
def test_models_of_the_domains_are_free_of(what: str) -> None:
    pattern, instead = FORBIDDEN[what]
    found = re.compile(pattern, re.M)
    wrong = [
        f"{name}:{text[: match.start()].count(chr(10)) + 1} {match.group(0)!r}"
        for name, text in _models().items()
        for match in found.finditer(text)
    ]
    assert not wrong, f"write {instead}"


def _bare_by_line(text: str) -> str:
    """Bare SQL that keeps its line numbers."""
    return "\n".join(bare_sql(line) for line in _joined_jinja(text).splitlines())


def _joined_jinja(text: str) -> str:
    """Take Jinja that spans lines out, leaving the line breaks."""
    return re.sub(
        r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}",
        lambda found: " jinja " + "\n" * found.group(0).count("\n"),
        text,
        flags=re.S,
    )


def test_the_patterns_find_what_they_forbid() -> None:
    examples = {
        "a cast with ::": "select x::int",
        "* exclude": "select * exclude (a) from t",
        "a list comprehension": "select [x + 1 for x in xs]",
        "a list literal": "select ['a']",
        "a comma join": "from a, b",
        "group by position": "group by 1",
        "from first": "(from t)",
        "an interval": "x + interval 1 day",
    }
    for what, example in examples.items():
        assert re.search(FORBIDDEN[what][0], bare_sql(example)), what
    for innocent in (
        "select a.b from a",
        "select items[1] from a",
        "cast(date_trunc('day', x) as date)",
    ):
        for what, (pattern, _) in FORBIDDEN.items():
            assert not re.search(pattern, bare_sql(innocent)), what


def test_a_macro_says_first_what_it_gives() -> None:
    silent = []
    for path in files(".sql", under=("dbt_project/macros",)):
        text = path.read_text()
        first = text.index("{% macro") if "{% macro" in text else 0
        if not re.match(r"\{#.*?#\}", text, re.S) and "{#" not in text[:first]:
            silent.append(named(path))
    assert not silent


def test_dispatched_macros_are_all_in_one_folder() -> None:
    stray = [
        named(path)
        for path in files(".sql", under=("dbt_project/macros",))
        if "adapter.dispatch(" in path.read_text() and path.parent.name != "portable"
    ]
    assert not stray
    assert (DBT / "macros" / "portable").is_dir()


def test_no_sql_installs_from_the_internet() -> None:
    pattern = re.compile(r"^\s*(force\s+)?install\s+\w+", re.I | re.M)
    wrong = [
        named(path)
        for path in files(".sql", under=("dbt_project",))
        if pattern.search(path.read_text())
    ]
    assert not wrong
    assert ROOT.exists()
