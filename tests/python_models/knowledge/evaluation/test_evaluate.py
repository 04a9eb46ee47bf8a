"""Public sets in the layout they are published in, made small."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import SettingsError
from python_models.knowledge.evaluate import evaluated, main
from python_models.knowledge.evaluation.pairs import score
from python_models.knowledge.evaluation.scores import scores
from python_models.knowledge.evaluation.texts import names_evaluated, relations_evaluated
from python_models.knowledge.extraction import Extraction, Mention, Statement
from python_models.knowledge.resolution.anchors import Settings

TEXT = "# Ledger\n\nThe ledger belongs to Payments.\n\n# Billing\n\nBilling costs nothing at all.\n"


def retrieval_set(folder: Path, start: int, content: str) -> Path:
    (folder / "corpora").mkdir(parents=True)
    (folder / "corpora" / "wiki.md").write_text(TEXT)
    (folder / "corpora" / "other.md").write_text("Nothing of the kind is said here.\n" * 40)
    reference = {"content": content, "start_index": start, "end_index": start + len(content)}
    with (folder / "questions.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["question", "references", "corpus_id"])
        rows.writerow(["Who has the ledger?", json.dumps([reference]), "wiki"])
    return folder


def figures(folder: Path) -> dict[tuple[str, str], dict[str, object]]:
    return {(row["what"], row["metric"]): row for row in evaluated(folder)}


def test_questions_are_measured_by_spans_for_every_chunker(tmp_path: Path) -> None:
    content = "The ledger belongs to Payments."
    found = figures(retrieval_set(tmp_path / "set", TEXT.index(content), content))
    assert found["headings_256", "recall_at_5"]["value"] == 1
    assert found["whole", "recall_at_5"]["value"] == 1
    assert found["headings_256", "iou_at_5"]["value"] > found["fixed_256", "iou_at_5"]["value"]
    assert {row["n"] for row in found.values()} == {1}


def test_a_reference_that_does_not_read_back_leaves_its_question_out(tmp_path: Path) -> None:
    folder = retrieval_set(tmp_path / "set", 3, "words of no text")
    with pytest.raises(SettingsError, match="no question"):
        figures(folder)


def extract(text: str) -> Extraction:
    start = text.find("Maya Chen")
    if start < 0:
        return Extraction()
    end = text.find("Ledger")
    mentions = (Mention("person", start, start + 9, "Maya Chen"),
                Mention("service", end, end + 6, "Ledger"))  # fmt: skip
    return Extraction(mentions, (Statement(0, "owns", 1, None, 0, len(text)),))


def test_names_are_counted_by_their_span_and_by_what_they_overlap(tmp_path: Path) -> None:
    file = tmp_path / "dev.conll"
    file.write_text("Maya\tB-person\nChen\tI-person\nowns\tO\nThe\tB-product\nLedger\tI-product\n")
    found = {(row["what"], row["metric"]): row["value"]
             for row in names_evaluated(file, extract, "x")}  # fmt: skip
    assert found["names, x, strict", "f1"] == 0.5
    assert found["names, x, overlap", "f1"] == 1.0
    assert found["names, x, strict, person", "f1"] == 1.0
    assert found["names, x, strict, service", "precision"] == 0.0  # nobody else calls it so
    assert found["names, x, overlap, product", "recall"] == 0.0


def test_related_pairs_are_found_by_any_name_of_a_thing(tmp_path: Path) -> None:
    document = {
        "sents": [["Maya", "Chen", "owns", "Ledger", "."]],
        "vertexSet": [[{"name": "Maya"}, {"name": "Maya Chen"}], [{"name": "Ledger"}],
                      [{"name": "Billing"}]],
        "labels": [{"h": 1, "t": 0, "r": "P1"}, {"h": 2, "t": 0, "r": "P1"}],
    }  # fmt: skip
    file = tmp_path / "dev.json"
    file.write_text(json.dumps([document]))
    document["labels"].append({"h": 2, "t": 1, "r": "P2"})
    file.write_text(json.dumps([document]))
    found = {(row["what"], row["metric"]): row["value"]
             for row in relations_evaluated(file, extract, "x")}  # fmt: skip
    assert found["related pairs, x", "precision"] == 1.0
    assert found["related pairs, x", "recall"] == pytest.approx(1 / 3)
    assert found["related pairs, x, P1", "recall"] == 0.5
    assert found["related pairs, x, P2", "recall"] == 0.0
    assert ("related pairs, x, P2", "precision") not in found


@pytest.mark.parametrize(
    ("name", "town", "is_same"),
    [
        ("Cafe Lido", "rome", True),
        ("Cafe Lidoo", "rome", True),
        ("Cafe Lidoo", "oslo", False),
        ("Bar Centrale", "rome", False),
    ],
)
def test_a_pair_is_told_by_its_name_and_by_what_stands_around_it(
    name: str, town: str, is_same: bool
) -> None:
    one, other = {"name": "Cafe Lido", "town": "rome"}, {"name": name, "town": town}
    assert (score(one, other, Settings(threshold=0.97)) >= 0.97 - 1e-9) == is_same


def test_pairs_are_read_in_the_form_they_are_published_in(tmp_path: Path) -> None:
    record = "COL name VAL {0} COL city VAL ` rome ' "
    lines = [("lido", "lido", 1), ("lido", "centrale", 0), ("lido", "the bathing place", 1)]
    text = "\n".join(f"{record.format(a)}\t{record.format(b)}\t{label}" for a, b, label in lines)
    (tmp_path / "test.txt").write_text(text)
    found = figures(tmp_path)
    assert found["pairs, strict", "precision"]["value"] == 1.0
    assert found["pairs, strict", "recall"]["value"] == 0.5


def test_nothing_found_and_nothing_true_are_no_division_by_zero() -> None:
    assert [row["value"] for row in scores("s", "w", [], [])] == [0.0, 0.0, 0.0]


def test_a_folder_without_a_known_set_says_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no set that is known"):
        main(["--data", str(tmp_path)])
