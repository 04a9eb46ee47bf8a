"""Each promise about conversations notices what it is there for, and its neighbours do not."""

from __future__ import annotations

import duckdb
import pytest

from expectations.gate import GateFailed
from tests.expectations.conversations_tables import HANDED, make_sound
from tests.expectations.running import assert_found, broken, pass_gate
from tests.expectations.telemetry_tables import empty_all

# moment, what is planted, the promises that break
PLANTED = [
    ("after_landing", "update raw.files set rows_in = 99 where source_file = 'file1.jsonl'",
     {"new_files: rows in = accepted + duplicate + rejected"}),
    ("after_landing", "delete from raw.records where record_number = 1",
     {"new_files: what files say was standardised is there, once"}),
    ("after_landing", "update raw.files set rows_in = 115, rows_rejected = 15",
     {"new_files: a load's unreadable records are within the tolerance",
      "new_files: a dataset is at most one fiftieth rejects"}),
    ("after_landing", "update raw.files set rows_in = 105, rows_rejected = 5",
     {"new_files: a dataset is at most one fiftieth rejects"}),
    ("after_landing", "update raw.records set turn_count = 0 where record_number = 1",
     {"records: a record has turns"}),
    ("after_landing", "update raw.records set confidence = 2 where record_number = 1",
     {"records: a confidence is a share"}),
    ("after_landing", "update raw.messages set role = 'oracle' where record_id = 'r1'",
     {"messages: role is a known one"}),
    ("after_landing", "update raw.messages set turn = null where record_id = 'r1'",
     {"messages: turn is filled"}),
    ("after_landing", "update raw.datasets set tier = 'secret'",
     {"datasets: tier is a known one"}),
    ("after_landing", "update raw.datasets set error = 'no answer'",
     {"datasets: every dataset could be landed"}),
    ("after_landing", "update raw.rejects set reason = null", {"rejects: reason is filled"}),
    ("after_staging", "insert into stg.records select * from stg.records where record_id = 'r1'",
     {"records: a record is there once"}),
    ("after_staging", "delete from stg.messages where record_id = 'r1' and turn = 1",
     {"records: a record has as many turns as it says"}),
    ("after_staging", "update stg.records set confidence = 0.5",
     {"records: most formats are recognised with confidence"}),
    ("after_staging", "update stg.messages set record_id = 'gone' where record_id = 'r1'",
     {"messages: a message belongs to a record"}),
    ("after_staging", "update stg.messages set content = '' where role = 'assistant'",
     {"messages: most turns say something"}),
    ("after_staging", "delete from stg.rejects",
     {"files: what files say was rejected is in the rejects"}),
    ("after_staging", "update stg.datasets set dataset_id = 'other'",
     {"datasets: a dataset that delivered is in the registry"}),
    ("after_llm", "update llm.judgements set safety = 3 where conversation_id = 'c1'",
     {"judgements: safety is a share"}),
    ("after_llm", "update llm.judgements set status = 'invalid', is_usable = false, error = 'x' "
     "where conversation_id in ('c1', 'c2', 'c3', 'c4', 'c5')",
     {"judgements: at most a tenth of the answers are bad",
      "judgements: at most a fiftieth of the answers are bad"}),
    ("after_llm", "update llm.judgements set call_id = null where conversation_id = 'c1'",
     {"judgements: a usable judgement has its score and says who gave it"}),
    ("after_llm", "delete from llm.judgements where conversation_id = 'c1'",
     {"queue: each conversation that passed tiers 1 and 2 has its judgement or waits for it"}),
    ("after_llm", "update llm.judgements set status = 'pending', is_usable = false "
     "where conversation_id = 'c1'", {"judgements: no judgement is pending"}),
    ("before_release", "delete from marts.conversations where record_id = 'r5'",
     {"landed: standardised = kept + left out, for each dataset"}),
    ("before_release", "update marts.datasets set records_rejected = 5",
     {"datasets: landed = standardised + rejected, for each dataset"}),
    ("before_release", "update marts.conversations set left_out_reason = null",
     {"conversations: what is left out says why, and what is kept has no reason not to be"}),
    ("before_release", "update marts.conversations set conversation_id = 'c1' "
     "where record_id = 'r2'",
     {"conversations: of equal conversations one record at most is kept"}),
    ("before_release", "delete from marts.messages where record_id = 'r1' and turn = 0",
     {"messages: a conversation has the turns it says it has, and each once"}),
    ("before_release", "update marts.quality set recommendations = null",
     {"quality: a conversation that is not good enough says what to fix"}),
    ("before_release", "update marts.quality set flags = null",
     {"quality: a conversation flagged for care is shown with its flag"}),
    ("before_release", "update marts.quality set failed_check = 'content: crisis' "
     "where is_flagged_for_care",
     {"quality: what is flagged for care is not left out for it"}),
    ("before_release", "update marts.duplicates set record_id = 'r3'; "
     "update marts.set_members set split = 'test' where record_id = 'r3'",
     {"set_members: copies never stand on both sides of a split"}),
    ("before_release", "update marts.validations set score = 2",
     {"validations: a score is a share"}),
    ("before_release", "update marts.quality_history set mean_score = 0.5 "
     "where history_id = 'h1'",
     {"quality_history: a dataset keeps its quality from one run to the next"}),
]  # fmt: skip


@pytest.mark.parametrize("when", HANDED)
def test_sound_conversations_keep_every_promise(
    session: duckdb.DuckDBPyConnection, when: str
) -> None:
    make_sound(session)
    pass_gate(session, "conversations", when, HANDED[when])
    assert broken("conversations", when) == set()


@pytest.mark.parametrize("when", HANDED)
def test_a_lake_without_conversations_passes(session: duckdb.DuckDBPyConnection, when: str) -> None:
    make_sound(session)
    empty_all(session)
    pass_gate(session, "conversations", when, HANDED[when])
    assert broken("conversations", when) <= {"files: something has landed"}


def test_records_that_a_declaration_leaves_out_say_nothing_of_the_rest(
    session: duckdb.DuckDBPyConnection,
) -> None:
    make_sound(session)
    session.execute("update raw.files set rows_in = rows_accepted + 400, rows_rejected = 400")
    session.execute(
        "insert into raw.rejects by name select load_id, source, source_file, 'not_wanted' as "
        "reason, 'the record is of a day before' as error from raw.files, range(400)"
    )
    with pytest.raises(GateFailed, match="tolerance"):
        pass_gate(session, "conversations", "after_landing", HANDED["after_landing"])
    session.execute("update raw.rejects set reason = 'before_since' where reason = 'not_wanted'")
    pass_gate(session, "conversations", "after_landing", HANDED["after_landing"])
    assert broken("conversations", "after_landing") == set()


@pytest.mark.parametrize(
    ("when", "planted", "expected"), PLANTED, ids=[min(case[2]) for case in PLANTED]
)
def test_what_is_planted_is_found(
    session: duckdb.DuckDBPyConnection, when: str, planted: str, expected: set[str]
) -> None:
    make_sound(session)
    session.execute(planted)
    assert_found(session, "conversations", when, HANDED[when], expected)


@pytest.mark.parametrize(("policy", "breaks"), [("newest", False), ("keep_all", True)])
def test_two_that_are_like_a_third_only_are_no_copies_where_copies_are_chosen_anew(
    session: duckdb.DuckDBPyConnection, policy: str, breaks: bool
) -> None:
    make_sound(session)
    session.execute(
        "insert into marts.duplicates by name select 'r3' as record_id, * exclude record_id "
        "from marts.duplicates; update marts.duplicates set record_id = 'r1', "
        "survivor_record_id = 'r2' where record_id = 'r2'; "
        "update marts.duplicates set survivor_record_id = 'r2'; "
        "update marts.set_members set split = 'test' where record_id = 'r3'; "
        f"update marts.sets set policy = '{policy}'"
    )
    promise = {"set_members: copies never stand on both sides of a split"}
    if breaks:
        assert_found(session, "conversations", "before_release", HANDED["before_release"], promise)
    else:
        pass_gate(session, "conversations", "before_release", HANDED["before_release"])
        assert broken("conversations", "before_release") == set()


def test_the_tolerance_is_a_setting(session: duckdb.DuckDBPyConnection) -> None:
    make_sound(session)
    session.execute("update raw.files set rows_in = 115, rows_rejected = 15")
    session.execute("update raw.tolerance set error_share = 0.2")
    pass_gate(session, "conversations", "after_landing", HANDED["after_landing"])
    assert "new_files: a load's unreadable records are within the tolerance" not in broken(
        "conversations", "after_landing"
    )


def test_a_delivery_that_a_person_accepts_passes(session: duckdb.DuckDBPyConnection) -> None:
    make_sound(session)
    session.execute("update raw.files set rows_in = 200, rows_rejected = 100")
    with pytest.raises(GateFailed, match="ACCEPT="):
        pass_gate(session, "conversations", "after_landing", HANDED["after_landing"])
    pass_gate(session, "conversations", "after_landing", HANDED["after_landing"], ["L1"])
