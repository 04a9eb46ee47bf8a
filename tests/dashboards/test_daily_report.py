"""The day's report of all products: one file, and one mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_string
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from dashboards.shared import daily_report
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from tests.dashboards.hostile_text import HOSTILE
from tests.python_models.runs.test_alerts import mails as mails

NOW = datetime(2026, 1, 22, 7)


@pytest.fixture
def ask(release_file: Path) -> Callable[..., pa.Table]:
    connection = duckdb.connect(str(release_file), read_only=True)

    def answer(sql: str, **parameters: Any) -> pa.Table:
        return connection.execute(sql, parameters or None).to_arrow_table()

    return answer


def test_it_says_what_the_overview_says_and_what_each_product_says(ask: Any) -> None:
    said = daily_report.report(ask, NOW)
    assert "Sluice, Thursday 22 January 2026" in said and "Release 7 of 2026-01-21" in said
    assert '<td class="level critical">Failed</td><td>1 step failed.</td>' in said
    for product in PRODUCTS.values():
        if ask(product.daily).num_rows:
            assert f"<h2>{product.title}</h2>" in said, product.name
    assert "<strong>1 issue.</strong>" in said  # of telemetry's own report
    assert said.index("level critical") < said.index("level warning")


def test_what_data_says_stays_text_and_leads_nowhere(ask: Any) -> None:
    said = daily_report.report(ask, NOW)
    assert "<script" in HOSTILE and "<script" not in said
    assert "<img" not in said and not re.search(r"<a\b|href=|src=", said)


def test_each_product_has_something_to_say_in_one_select(ask: Any) -> None:
    for product in PRODUCTS.values():
        found = ask(product.daily)
        assert found.num_columns == 1 and found.num_rows <= 1, product.name


def test_a_release_without_a_product_says_nothing_of_it(tmp_path: Path, release_file: Path) -> None:
    path = tmp_path / "less.duckdb"
    path.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop schema telemetry cascade")

        def ask(sql: str, **parameters: Any) -> pa.Table:
            return connection.execute(sql, parameters or None).to_arrow_table()

        said = daily_report.report(ask, NOW)
    assert "<h2>Telemetry</h2>" not in said and "<h2>News</h2>" in said


def test_the_command_writes_a_file_and_sends_it(
    released: Path, tmp_path: Path, mails: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # a file of its own: pages drawn in this process hold theirs open, and locked
    own = tmp_path / released.name
    own.write_bytes(released.read_bytes())
    lake().latest.unlink()
    lake().latest.symlink_to(own)
    to = ["--mail-to", "team@example.com"]
    assert daily_report.main(["--dir", str(tmp_path / "out"), *to]) == 0
    [path] = (tmp_path / "out").iterdir()
    today = datetime.now(UTC).date()
    assert path.name in {f"sluice-{day}.html" for day in (today, datetime.now(UTC).date())}
    [mail] = mails
    message = message_from_string(mail)
    assert message["To"] == "team@example.com" and message["Subject"].startswith("Sluice, ")
    plain, written = (part.get_payload(decode=True).decode() for part in message.get_payload())
    assert "1 step failed." in plain and "{" not in plain.partition("Release")[0]
    undotted = written.replace("\n..", "\n.")  # SMTP doubles a dot that begins a line
    assert undotted.split() == path.read_text().split()
    assert "team@example.com" in capsys.readouterr().out


def test_without_a_release_it_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert daily_report.main(["--dir", str(tmp_path)]) == 1
    assert "make run" in capsys.readouterr().err
