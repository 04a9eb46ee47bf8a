"""What a model says of a text, read as spans of it."""

from __future__ import annotations

from python_models.knowledge.extracted import mentions_of, statements_of
from python_models.knowledge.extracting import (
    ExtractionAnswer,
    SaidMention,
    SaidStatement,
    as_answer,
    read_answer,
)
from python_models.knowledge.extraction import Extraction, Mention, Statement

TEXT = "Ledger depends on Quay. Since March 2025 Ledger is owned by Team Atlas."


def _row(answer: ExtractionAnswer, status: str = "ok") -> dict:
    return {"text_hash": "t", "extractor_id": "x", "text": TEXT, "status": status,
            "call_id": "c1", **answer.model_dump()}  # fmt: skip


def _answer(*statements: SaidStatement, names: tuple[str, ...] = ("Ledger",)) -> ExtractionAnswer:
    mentions = [SaidMention(type="service", name=name) for name in names]
    return ExtractionAnswer(mentions=mentions, statements=list(statements))


def test_copied_words_become_spans_that_read_back() -> None:
    said = SaidStatement(
        subject="ledger", predicate="owned by", object="Team Atlas",
        evidence="Ledger is owned by  team Atlas", time="Since March 2025",
    )  # fmt: skip
    [row] = statements_of([_row(_answer(said, names=("Ledger", "Team Atlas")))]).to_pylist()
    assert TEXT[row["evidence_start"] : row["evidence_end"]] == "Ledger is owned by Team Atlas"
    assert (row["found"], row["subject_name"], row["object_name"]) == (
        "folded", "Ledger", "Team Atlas",
    )  # fmt: skip
    found = read_answer(TEXT, _answer(said, names=("Ledger", "Team Atlas")))
    subject = found.mentions[found.statements[0].subject]
    assert subject.start == TEXT.rindex("Ledger"), "the one in the evidence is meant"


def test_what_is_not_in_the_text_is_kept_as_unfounded() -> None:
    invented = SaidStatement(
        subject="Ledger", predicate="written in", value="Rust", evidence="Ledger is written in Rust"
    )
    elsewhere = SaidStatement(
        subject="Harbor", predicate="depends on", object="Quay", evidence="depends on Quay"
    )
    rows = statements_of([_row(_answer(invented, elsewhere))]).to_pylist()
    assert [row["found"] for row in rows] == ["unfounded", "unfounded"]
    names = {
        row["name"]: row["found"] for row in mentions_of([_row(_answer(elsewhere))]).to_pylist()
    }
    assert names == {"Ledger": "exact", "Harbor": "unfounded", "Quay": "exact"}


def test_an_answer_that_failed_gives_no_rows() -> None:
    failed = _row(_answer(), "failed") | {"mentions": None, "statements": None}
    assert mentions_of([failed]).num_rows == 0 and statements_of([failed]).num_rows == 0


def test_spans_of_rules_go_through_an_answer_and_come_back() -> None:
    mentions = (
        Mention("service", 41, 47, "Ledger"), Mention("team", 60, 70, "Team Atlas"),
        Mention("service", 0, 6, "Ledger"), Mention("service", 18, 22, "Quay"),
    )  # fmt: skip
    statements = (
        Statement(0, "owned by", 1, None, 41, 70, time_expression="Since March 2025"),
        Statement(2, "depends on", 3, None, 0, 22, polarity="asserted"),
    )
    extraction = Extraction(mentions, statements)
    assert read_answer(TEXT, as_answer(TEXT, extraction)) == extraction
