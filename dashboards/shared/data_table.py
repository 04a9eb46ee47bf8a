"""One released table on the page Data: how fresh, made of what, tested how, read by whom."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.parts.column_lineage import origins
from dashboards.parts.figures import show_figures
from dashboards.parts.lineage import known_tests, lineage_of, readers_of
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.severity import status_words
from dashboards.parts.tables import table
from dashboards.parts.text import ago, count, escaped, moment
from dashboards.shared import data_queries as queries

TEST_COLUMNS = {"column": "Column", "test": "Held to", "result": "In the last run", "found": "Says"}
OF_RUNS = ("ops", "llm")  # schemas without models
ORIGIN_COLUMNS = {
    "steps": st.column_config.NumberColumn("Steps up", format="%d"),
    "table": "Table",
    "column": "Column",
    "ends": "The way ends here",
}


def show_state(release: Release, chosen: dict[str, Any]) -> None:
    """Show rows over releases, when the table changed, and how new its product's records are."""
    ask = asking(release)
    name = {key: chosen[key] for key in ("schema_name", "table_name")}
    past = ask(queries.HISTORY, **name).to_pylist()
    newest = ask(queries.NEWEST, schema_name=chosen["schema_name"]).to_pylist()[0]
    changed = next((row for row in reversed(past) if not row["is_unchanged"]), None)
    figures = {"Rows": (count(chosen["rows"]), f"in {count(len(past))} releases")}
    if changed:
        figures["Changed"] = (ago(changed["created_at"]), f"release {changed['release_id']}")
    if newest["landed_at"]:
        record = newest["newest_record_at"]
        figures["Landed"] = (
            ago(newest["landed_at"]),
            f"newest record {moment(record)}" if record else "its records have no time",
        )
    show_figures(figures, {"Rows": [row["rows"] or 0 for row in past]})


def show_lineage(chosen: dict[str, Any], columns: list[str]) -> None:
    """Show what a table is made of and into; of a column, where its values come from."""
    found = lineage_of(chosen["schema_name"], chosen["table_name"])
    if not (found.made_of or found.made_into):
        if chosen["schema_name"] in OF_RUNS:
            empty("Runs write it themselves: it is made of no other table.")
        else:
            empty("No build has left the graph of this table here.", "`make run` does.")
        return
    for title, names in (("Made of", found.made_of), ("Read by", found.made_into)):
        if names:
            st.markdown(f"**{title}** " + ", ".join(escaped(name) for name in names))
    if found.sql_file:
        st.caption(f"dbt\\_project/{escaped(found.sql_file)}")
    column = st.selectbox(
        "Where does a column come from?", columns, index=None, key="origin", bind="query-params"
    )
    if column:
        ways = origins(chosen["schema_name"], chosen["table_name"], column)
        if ways:
            table(pa.Table.from_pylist([way._asdict() for way in ways]), "origins", ORIGIN_COLUMNS)
        else:
            empty("It is made here, or sqlglot cannot tell from what.")


def show_owners(chosen: dict[str, Any]) -> None:
    """Show which pages and reports read a table, and who answers for them."""
    readers = readers_of(chosen["schema_name"], chosen["table_name"])
    for reader in readers:
        st.markdown(f"**{escaped(reader.title)}**: {escaped(reader.owner)}")
    if not readers:
        empty("No page or report declares to read this table.")


def show_tests(release: Release, chosen: dict[str, Any]) -> None:
    """Show the dbt tests and gate promises of a table, and how the last run found them."""
    ask = asking(release)
    tests = known_tests(chosen["schema_name"], chosen["table_name"])
    results = {
        row["node"]: row
        for row in ask(queries.TEST_RESULTS, nodes=[one.node for one in tests]).to_pylist()
    }
    rows = [
        {
            "column": one.column or "(table)",
            "test": one.kind.replace("_", " "),
            "result": status_words(results[one.node]["status"]) if one.node in results else "–",
            "found": results.get(one.node, {}).get("message"),
        }
        for one in tests
    ]
    name = {key: chosen[key] for key in ("schema_name", "table_name")}
    rows += ask(queries.PROMISES, **name).to_pylist()
    if not rows:
        is_of_runs = chosen["schema_name"] in OF_RUNS
        empty(
            "No test of this table is known here.",
            "Runs write it themselves." if is_of_runs else "`make run` leaves them.",
        )
        return
    schema = pa.schema([(key, pa.string()) for key in TEST_COLUMNS])
    table(pa.Table.from_pylist(rows, schema), "tests", TEST_COLUMNS)
