"""What a log says of one node, whether it has each statement or the first and last line alone."""

from __future__ import annotations

import json
from pathlib import Path

from ingestion.lakehouse.lake import lake
from python_models.runs.node_log import node_log

INVOCATION = "11111111-2222-3333-4444-555555555555"
LOG = f"""
============================== 10:00:00.1 | {INVOCATION} ==============================
[0m10:00:01.100000 [info ] [MainThread]: Running with dbt
[0m10:00:02.100000 [debug] [Thread-1  ]: Began running node model.sluice.cycles
[0m10:00:02.200000 [debug] [Thread-2  ]: Began running node model.sluice.issues
[0m10:00:02.300000 [debug] [Thread-1  ]: On model.sluice.cycles: select
    1 as one_of_cycles
[0m10:00:02.400000 [debug] [Thread-2  ]: On model.sluice.issues: select
    2 as one_of_issues
[0m10:00:03.100000 [debug] [Thread-1  ]: Finished running node model.sluice.cycles
[0m10:00:03.200000 [debug] [Thread-1  ]: Began running node test.sluice.cycles_hold.0123456789
[0m10:00:03.300000 [debug] [Thread-1  ]: Finished running node test.sluice.cycles_hold.0123456789


============================== 11:00:00.1 | 99999999-2222-3333-4444-555555555555 ==========
[0m11:00:02.100000 [debug] [Thread-1  ]: Began running node model.sluice.cycles
[0m11:00:02.300000 [debug] [Thread-1  ]: of another run
""".replace("[0m", "\x1b[0m")
SHORT_LOG = f"""
============================== 10:00:00.1 | {INVOCATION} ==============================
[0m10:00:01.1 [info ] [Thread-1 (]: 7 of 90 START sql table model news.reports .... [RUN]
[0m10:00:01.2 [info ] [Thread-2 (]: 8 of 90 START sql table model weather.reports . [RUN]
[0m10:00:02.1 [warn ] [Thread-1 (]: 30 rows are odd
[0m10:00:02.2 [info ] [Thread-2 (]: 8 of 90 OK created model weather.reports [[0mOK[0m in 1.0s]
[0m10:00:03.1 [info ] [Thread-1 (]: 7 of 90 OK created model news.reports .. [[0mOK[0m in 2.0s]
[0m10:00:03.2 [info ] [Thread-1 (]: 9 of 90 START test unique_reports_id  [RUN]
[0m10:00:03.3 [info ] [Thread-1 (]: 9 of 90 PASS unique_reports_id  [[0mPASS[0m in 0.1s]
[0m10:00:03.4 [info ] [Thread-1 (]: 10 of 90 SKIP relation news.late ....... [[0mSKIP[0m]
""".replace("[0m", "\x1b[0m")


def test_the_log_of_a_node_is_cut_out_of_the_logs_of_its_run(tmp_path: Path) -> None:
    (lake().root / "logs").mkdir(parents=True)
    (lake().root / "logs" / "dbt.log").write_text(LOG)
    said = node_log(INVOCATION, "cycles")
    assert [line.strip() for line in said.splitlines()] == [
        "10:00:02.100000 debug Began running node model.sluice.cycles",
        "10:00:02.300000 debug On model.sluice.cycles: select",
        "1 as one_of_cycles",
        "10:00:03.100000 debug Finished running node model.sluice.cycles",
    ]
    assert "one_of_issues" in node_log(INVOCATION, "issues")
    assert node_log(INVOCATION, "cycles_hold").count("\n") == 1
    assert node_log("00000000-2222-3333-4444-555555555555", "cycles") == ""
    event = {
        "info": {"invocation_id": INVOCATION, "ts": "2026-01-01T10:00:05.5Z", "level": "error"},
        "data": {"node_info": {"node_name": "cycles"}},
    }
    event["info"]["msg"] = "it broke"
    job = tmp_path / "dbt.log"
    job.write_text(json.dumps(event) + "\n" + json.dumps(event)[:30])
    assert node_log(INVOCATION, "cycles", [job]).endswith("error it broke")


def test_a_short_log_has_the_nodes_of_a_run_too() -> None:
    (lake().root / "logs").mkdir(parents=True)
    (lake().root / "logs" / "dbt.log").write_text(SHORT_LOG)
    said = node_log(INVOCATION, "reports", product="news").splitlines()
    assert [line.split()[2] for line in said] == ["7", "30", "7"]
    said = node_log(INVOCATION, "weather_reports", product="weather").splitlines()
    assert [line.split()[2] for line in said] == ["8", "8"]
    assert "PASS" in node_log(INVOCATION, "unique_reports_id", product="news")
    assert "[SKIP]" in node_log(INVOCATION, "late", product="news")
    assert node_log(INVOCATION, "reports", product="telemetry") == ""
