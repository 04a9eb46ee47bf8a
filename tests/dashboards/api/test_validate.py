"""A conversation is validated at once, as a build would, and what came of it is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.conversations import validations
from ingestion.conversations.formats import Message, Standardised
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from python_models.conversations import rules
from python_models.conversations.validating import Session, Sessions
from python_models.llm.asking.runtime import close_runtime
from python_models.release import kept_tables
from tests.dashboards.api.conftest import Ask, over
from tests.python_models.conversations.compiled_rules import give_rules
from tests.python_models.llm.server import Server

GOOD = {
    "messages": [
        {"role": "user", "content": "How do I bake a loaf of bread at home without a machine?"},
        {
            "role": "assistant",
            "content": "Mix flour, water, salt and yeast, knead the dough for ten minutes, let it "
            "rise until it has doubled, shape it, and bake it for half an hour in a hot oven.",
        },
    ]
}
PRIVATE = {
    "messages": [
        {"role": "user", "content": "I was told I have major depressive disorder. What now?"},
        {"role": "assistant", "content": "Write to me at ada.lovelace@example.com and we see."},
    ]
}
JUDGED = {"judge": True, "budget_usd": 1}
UNANSWERED = {"messages": [{"role": "user", "content": "Is anybody there to answer me?"}]}

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def known_rules(
    released: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the lake of each test have the compiled rules."""
    give_rules(lake().root, tmp_path_factory)
    monkeypatch.setattr(validations, "_sessions", Sessions())


def test_a_conversation_is_judged_by_the_builds_rules_and_kept(client: Ask) -> None:
    one, other, admin = client(), client(), client("read,admin")
    found = one.post("validate/conversation", json={"record": GOOD})
    assert found.status_code == 200, found.text
    told = found.json()
    verdict = told["verdict"]
    assert verdict["grade"] in ("keep", "premium") and verdict["failed_check"] is None
    assert verdict["language"] == "en" and verdict["recommendations"] == []
    assert {check["tier"] for check in verdict["checks"]} == {"structure", "content"}
    private = one.post("validate/conversation", json={"record": PRIVATE}).json()["verdict"]
    assert private["pii_count"] == 1 and "personal_data" in private["flags"]
    assert private["recommendations"] and "email" in "; ".join(private["recommendations"])
    assert [name.lower() for name in private["disorders"]] == ["major depressive disorder"]
    bad = one.post("validate/conversation", json={"record": UNANSWERED}).json()["verdict"]
    assert bad["grade"] == "below" and bad["failed_check"] == "structure: answered"
    (failed,) = [check for check in bad["checks"] if check["check_name"] == "answered"]
    assert not failed["is_passed"] and failed["recommendation"]
    again = one.get(f"validate/metrics/{told['validation_id']}").json()
    assert again["result"]["verdict"] == verdict and again["kind"] == "conversation"
    at = f"validate/metrics/{told['validation_id']}"
    assert other.get(at).status_code == 404 and admin.get(at).status_code == 200
    assert one.get("validate/metrics/val-0000000000000000").status_code == 404
    kept = kept_tables.rows_of("conversations", "validation_requests")
    assert len(kept) == 3 and "lovelace" not in json.dumps(kept) and "bread" not in json.dumps(kept)


def test_what_is_no_conversation_gets_no_verdict_but_a_reason(client: Ask) -> None:
    told = client().post("validate/conversation", json={"record": {"secret word": 1}}).json()
    assert told["verdict"] is None and told["refused"]["reason"]
    (kept,) = kept_tables.rows_of("conversations", "validation_requests")
    assert "secret word" not in kept["result"] and kept["refused_count"] == 1


def test_many_records_are_told_together(client: Ask) -> None:
    one = client(sluice_api_limit_validations="3/minute")
    records = [GOOD, UNANSWERED, GOOD, {"nothing": 1}, PRIVATE]
    told = one.post("validate/quality", json={"records": records}).json()
    assert (told["records"], told["conversations"]) == (5, 3), "copies count once"
    assert [refused["record_number"] for refused in told["refused"]] == [4]
    assert sum(told["grades"].values()) == 3 and told["flags"]["personal_data"] == 1
    assert told["weakest"][0]["record_number"] == 2
    assert told["p10_score"] <= told["p50_score"] <= told["p90_score"]
    (share,) = [check for check in told["checks"] if check["check_name"] == "answered"]
    assert (share["conversations"], share["failed"]) == (3, 1)
    nothing = one.post("validate/quality", json={"records": [1]}).json()
    assert nothing["mean_score"] is None and nothing["weakest"] == []
    one.post("validate/quality", json={"records": [1]})
    assert one.post("validate/quality", json={"records": [1]}).status_code == 429
    assert client("write").post("validate/quality", json={"records": [1]}).status_code == 403


def test_a_judge_is_asked_when_that_is_wanted_and_may_be_paid(client: Ask) -> None:
    one = client("read,spend")
    asked = {"record": GOOD, "judge": True, "budget_usd": 1}
    plain = one.post("validate/conversation", json={"record": GOOD}).json()["verdict"]
    assert (plain["judged_status"], plain["judgement"]) == ("not_asked", None)
    found = one.post("validate/conversation", json=asked)
    assert found.status_code == 200, found.text
    verdict = found.json()["verdict"]
    judgement = verdict["judgement"]
    assert verdict["judged_status"] == judgement["status"] == "ok", judgement
    assert 0 <= judgement["coherence"] <= 1 and judgement["reason"] and judgement["call_id"]
    assert verdict["judged_score"] == judgement["judged_score"]
    assert verdict["score"] != plain["score"], "the judge's part counts as in a build"
    again = one.post("validate/conversation", json=asked).json()["verdict"]["judgement"]
    assert again["call_id"] == judgement["call_id"], "no answer is bought twice"
    assert journal.rows("select count(*) as n from llm_attempts")[0]["n"] == 1
    kept = one.get(f"validate/metrics/{found.json()['validation_id']}").json()["result"]
    assert kept["verdict"]["judgement"]["safety"] == judgement["safety"]
    assert kept["verdict"]["judgement"]["reason"] is None, "it may quote what was said"
    unfit = one.post("validate/conversation", json=asked | {"record": UNANSWERED}).json()
    assert unfit["verdict"]["judgement"] is None, "who fails tiers 1 and 2 is not judged"
    without = one.post("validate/conversation", json={"record": GOOD, "judge": True})
    assert without.status_code == 422 and "budget_usd" in without.text
    for address, body in (("conversation", asked), ("quality", {"records": [GOOD], **JUDGED})):
        assert client().post(f"validate/{address}", json=body).status_code == 403


def test_a_judge_costs_no_more_than_its_budget(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    monkeypatch.setenv("LLM_BASE_URL", server.url)
    monkeypatch.setenv("LLM_PRICE_INPUT_USD_PER_MILLION", "100")
    monkeypatch.setenv("LLM_PRICE_OUTPUT_USD_PER_MILLION", "1000")
    try:
        one = client("read,spend")
        asked = {"record": GOOD, "judge": True}
        poor = one.post("validate/conversation", json=asked | {"budget_usd": 0.0001}).json()
        assert poor["verdict"]["judgement"]["status"] == "pending"
        assert "0.0001 USD" in poor["verdict"]["judgement"]["error"]
        assert server.counters()["requests"] == 0
        rich = one.post("validate/conversation", json=asked | {"budget_usd": 10}).json()
        assert rich["verdict"]["judgement"]["status"] == "ok"
        assert rich["verdict"]["judgement"]["cost_usd"] > 0
        assert server.counters()["requests"] == 1
    finally:
        close_runtime()
        server.stop()


def test_more_records_than_are_answered_at_once_and_judged_ones_are_a_job(client: Ask) -> None:
    one = client("read,spend")
    many = one.post("validate/quality", json={"records": [GOOD, 7] * 501})
    few = one.post("validate/quality", json={"records": [GOOD, PRIVATE, UNANSWERED], **JUDGED})
    assert (many.status_code, few.status_code) == (202, 202), few.text
    result = over(one, many.json()["job_id"])["result"]
    assert (result["records"], result["conversations"]) == (1002, 1)
    assert len(result["refused"]) == 501 and result["judged"] == {"not_asked": 1}
    judged = over(one, few.json()["job_id"])["result"]
    assert judged["conversations"] == 3 and judged["judged"]["ok"] >= 1
    kept = one.get(f"validate/metrics/{judged['validation_id']}").json()
    assert kept["result"]["grades"] == judged["grades"] and kept["kind"] == "quality"


def test_a_session_remembers_nothing_of_an_earlier_request() -> None:
    def standard(record: dict[str, Any]) -> Standardised:
        return Standardised("messages", 1.0, [Message(**one) for one in record["messages"]])

    session = Session(rules.rules())
    alone = session.verdicts([standard(GOOD)])
    both = session.verdicts([standard(GOOD), standard(PRIVATE)])
    assert len(both) == 2 and list(alone.values()) == [both[key] for key in alone]
    with pytest.raises(duckdb.Error):
        session.connection.execute("select * from build.conversations.quality")
    with pytest.raises(AttributeError):
        session.verdicts([None])  # type: ignore[list-item]
    assert session.verdicts([standard(GOOD)]) == alone, "an error is rolled back too"


def test_rules_are_compiled_once_for_a_state_of_the_project() -> None:
    known = rules.rules()
    before = known.seeds.stat().st_mtime_ns
    assert rules.rules() == known and known.seeds.stat().st_mtime_ns == before
    assert [path.name for path in known.seeds.parent.parent.iterdir()] == [f"rules-{known.version}"]
