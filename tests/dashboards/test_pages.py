"""Each page renders, filters, and has something to say when there is nothing or an error."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest
import yaml

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from tests.dashboards.pages import PLACES, URLS, failures, page, place_name, words
from tests.dashboards.synthetic import write_release


@pytest.mark.parametrize("place", PLACES, ids=place_name)
def test_every_section_of_every_page_renders(released: Path, place: tuple) -> None:
    tested = page(*place)
    assert failures(tested) == []
    assert len(tested.title) == 1


@pytest.mark.parametrize("place", PLACES, ids=place_name)
def test_every_section_has_an_empty_state(released_empty: Path, place: tuple) -> None:
    tested = page(*place)
    assert failures(tested) == []


def test_a_setting_restricts_pages_to_rows_of_a_tier(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {"view": "Document", "document": "outage"}
    assert "Billing caused the outage" in words(page("knowledge", shown))
    monkeypatch.setenv("SLUICE_TIERS", "open")
    reset_settings()
    for place in (("knowledge", shown), ("knowledge", {}), ("conversations", {}), ("llm", {})):
        tested = page(*place)
        assert failures(tested) == [] and "caused the outage" not in words(tested)


@pytest.mark.parametrize("url", URLS)
def test_a_page_shows_which_release_it_shows(released: Path, url: str) -> None:
    assert "Release 7" in words(page(url))


@pytest.mark.parametrize("url", URLS)
def test_without_a_release_a_page_says_how_to_make_one(url: str) -> None:
    tested = page(url)
    assert failures(tested) == []
    assert "make run" in words(tested)


@pytest.mark.parametrize("url", URLS)
def test_a_release_that_cannot_be_opened_is_an_error_without_details(url: str) -> None:
    lake().latest.write_text("this is no database")
    tested = page(url)
    assert len(tested.exception) == 0
    assert len(tested.error) == 1
    assert str(lake().root) not in tested.error[0].value


def test_a_missing_table_fails_its_own_part_only(tmp_path: Path, release_file: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(broken)) as connection:
        connection.execute("drop table ops.gate_results")
    lake().latest.symlink_to(broken)
    tested = page("overview")
    assert failures(tested) == []
    assert [info.value.split(":")[0] for info in tested.info] == ["Gates"]
    assert "Last run" in words(tested)


def test_a_first_run_that_was_stopped_at_a_gate_is_explained(tmp_path: Path) -> None:
    unreleased = tmp_path / "release-000000.duckdb"
    write_release(unreleased)
    with duckdb.connect(str(unreleased)) as connection:
        connection.execute("drop schema telemetry cascade")
        connection.execute("delete from ops.releases")
    lake().latest.symlink_to(unreleased)
    for url in URLS:
        tested = page(url)
        assert "Release none yet" in words(tested)
        assert len(tested.exception) == 0
    assert "The last run did not release" in words(page("overview"))


def test_days_and_controls_in_the_address_filter_the_telemetry_page(released: Path) -> None:
    days = {"days": ["2026-01-17", "2026-01-18"], "control": "oven-01"}
    tested = page("telemetry", days)
    figures = {item.label: item.value for item in tested.metric}
    assert figures["Cycles"] == "4"
    assert figures["Issues"] == "2"


def test_a_chosen_control_narrows_the_telemetry_page(released: Path) -> None:
    tested = page("telemetry", {"view": "Issues"})
    tested.multiselect(key="control").set_value(["press-01"]).run()
    assert "No issue matches." in words(tested)
    assert {item.label: item.value for item in tested.metric}["Cycles"] == "14"


def test_an_issue_leads_to_its_cycles_its_evidence_and_its_assessment(released: Path) -> None:
    shown = words(page("telemetry", {"view": "Issues"}))
    assert "Over power on oven\\-01" in shown
    assert "2,400 W against a limit of 1,700 W" in shown
    assert "A worn heating element" in shown
    assert "faithfulness 5, completeness 4, actionability 4 of 5: passed" in shown
    assert "28 valid cycles in the 14 days before" in shown


def test_a_link_of_the_report_opens_the_cycle_it_names(released: Path) -> None:
    cycle = page("telemetry", {"view": "Issues"}).dataframe[1].value["cycle_id"].iloc[0]
    tested = page("telemetry", {"control": "oven-01", "cycle": cycle})
    assert tested.session_state["view"] == "Baseline"
    assert tested.selectbox(key="cycle").value == cycle
    assert failures(tested) == []


def test_a_link_of_the_report_opens_the_issues_of_its_day(released: Path) -> None:
    link = {"control": "oven-01", "date": "2026-01-18", "rule": "over_power"}
    tested = page("telemetry", link)
    assert tested.session_state["view"] == "Issues"
    assert tested.multiselect(key="rule").value == ["over_power"]
    assert [str(day) for day in tested.dataframe[0].value["issue_date"]] == ["2026-01-18"]


def test_a_release_of_sensor_series_alone_shows_their_anomalies(
    tmp_path: Path, release_file: Path
) -> None:
    series = tmp_path / "series.duckdb"
    series.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(series)) as connection:
        for table in ("cycles", "cycle_stages", "cycle_variance", "stage_curves", "issues"):
            connection.execute(f"delete from telemetry.{table}")
    lake().latest.symlink_to(series)
    tested = page("telemetry")
    assert failures(tested) == []
    assert "2 of 120 readings are beyond the threshold" in words(tested)


def test_a_control_without_power_and_temperature_is_said_to_send_none(
    tmp_path: Path, release_file: Path
) -> None:
    silent = tmp_path / "silent.duckdb"
    silent.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(silent)) as connection:
        connection.execute("update telemetry.readings set power_w = null, temperature_c = null")
    lake().latest.symlink_to(silent)
    assert "sends neither power nor temperature" in words(page("telemetry"))


def test_the_llm_page_says_loudly_that_no_model_was_asked(released: Path) -> None:
    tested = page("llm")
    assert "no model was asked" in tested.warning[0].value


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        ({}, 6),
        ({"statuses": "invalid"}, 1),
        ({"templates": "evaluation"}, 3),
        ({"nodes": "llm_telemetry__assessments_written"}, 6),
        ({"call": '"number": 4'}, 1),
        ({"call": "call-issue-16"}, 1),
        ({"call": "nothing has this key"}, 0),
    ],
)
def test_a_call_is_found_by_node_template_status_and_key(
    released: Path, parameters: dict[str, str], rows: int
) -> None:
    tested = page("llm", parameters)
    assert failures(tested) == []
    found = tested.dataframe[0].value if tested.dataframe else []
    assert len(found) == rows


def test_rejected_rows_are_found_by_their_text(released: Path) -> None:
    tested = page("quality", {"view": "Rejected rows", "text": "2026-01-02.csv"})
    assert len(tested.dataframe[1].value) == 2
    tested.text_input(key="text").set_value("not there").run()
    assert "No row matches." in words(tested)


def test_two_runs_are_compared_node_by_node(released: Path) -> None:
    tested = page("runs", {"view": "Compare"})
    nodes = tested.dataframe[1].value
    assert set(nodes["rows_change"]) == {1}


def test_a_release_is_resolved_anew_by_the_next_script_run(
    released: Path, tmp_path: Path, release_file: Path
) -> None:
    tested = page("overview")
    newer = tmp_path / "r000008.duckdb"
    newer.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(newer)) as connection:
        connection.execute("update ops.releases set release_id = 8")
    lake().latest.unlink()
    lake().latest.symlink_to(newer)
    assert "Release 8" in words(tested.run())


def test_a_page_leaves_the_release_to_writers(released: Path, tmp_path: Path) -> None:
    page("telemetry")
    beside = lake().latest.with_name("next")
    beside.symlink_to(released)
    beside.replace(lake().latest)  # what a publication does
    assert failures(page("telemetry")) == []


def test_pages_of_the_demo_answer_within_seconds(released: Path) -> None:
    """A loose bound against something quadratic; the figure itself is measured by hand."""
    page("overview")
    started = time.perf_counter()
    page("telemetry")
    assert time.perf_counter() - started < 20


def test_the_synthetic_release_has_the_columns_ops_releases() -> None:
    definitions = yaml.safe_load(
        (PROJECT_ROOT / "python_models" / "release" / "released_tables.yml").read_text()
    )
    ddl = Path(__file__).with_name("released_tables.sql").read_text()
    with duckdb.connect() as connection:
        connection.execute(ddl)
        for name, definition in definitions.items():
            described = connection.execute(f"describe ops.{name}").fetchall()
            assert [row[0] for row in described] == list(definition["columns"]), name


def test_the_cost_page_draws_the_budget_over_what_each_product_spent(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_BUDGET_USD", "2.5")
    reset_settings()
    tested = page("llm", {"view": "Cost", "measure": "USD"})
    assert failures(tested) == []
    assert "budget of one run" in words(tested)
    assert tested.dataframe[0].value["product"].notna().all()


def test_the_overview_tells_in_the_morning_what_needs_a_person(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_STALE_HOURS", "1")
    reset_settings()
    told = words(page("overview"))
    assert "delivered nothing for 1 hours" in told
    assert "to review" in told
    assert "stopped a product" in told


def test_the_overview_compares_tables_with_the_release_before_this_run(
    tmp_path: Path, release_file: Path
) -> None:
    grown = tmp_path / "grown.duckdb"
    grown.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(grown)) as connection:
        connection.execute("update ops.releases set run_id = 'run-2' where release_id = 7")
        connection.execute(
            "insert into ops.releases (release_id, run_id, is_current)"
            " values (5, 'run-1', false), (6, 'run-2', false)"
        )
        connection.execute("delete from ops.release_tables")
        for release, rows, snapshot in ((5, 100, 1), (6, 120, 2), (7, 120, 2)):
            connection.execute(
                "insert into ops.release_tables (release_id, domain, table_name, rows, snapshot_id)"
                " values ($1, 'telemetry', 'readings', $2, $3), ($1, 'telemetry', 'files', 4, 9)",
                [release, rows, snapshot],
            )
    lake().latest.symlink_to(grown)
    told = words(page("overview"))
    assert "1 table changed since release 5: readings +20 rows" in told
