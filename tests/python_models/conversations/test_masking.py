"""Personal data as placeholders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from python_models.conversations import released_set
from python_models.conversations.exporting import Request, export_set
from python_models.conversations.masking import KINDS, masked
from python_models.conversations.released_set import SetRefused
from python_models.release.reader import open_release
from tests.python_models.conversations.personal_texts import PERSONAL, PUBLIC
from tests.python_models.conversations.released import Member, publish_set


@pytest.mark.parametrize(("text", "shown"), PERSONAL.items())
def test_a_piece_is_written_as_its_kind_and_counted(text: str, shown: str) -> None:
    found: list[str] = []
    assert masked(text, KINDS, found.append) == shown
    assert len(found) == 1 and f"[{found[0].upper()}]" in shown
    assert masked(text, (), found.append) == text


@pytest.mark.parametrize("text", PUBLIC)
def test_what_anybody_may_know_stays(text: str) -> None:
    assert masked(text, KINDS, lambda kind: None) == text


def exported(tmp_path: Path, mask: str) -> tuple[dict, str]:
    talk = (("user", "I am ann@mail.org, 84.23.17.250"), ("assistant", "Hello."))
    thought = {"reasoning": [{"turn": 1, "text": "ann@mail.org again"}]}
    publish_set([Member(talk, metadata=thought)], mask=mask)
    with open_release() as connection:
        wanted = released_set.released_set(connection, "letters_set")
        written = export_set(wanted, Request(template="sft"), tmp_path / "out")
    return written.manifest, (tmp_path / "out" / "letters_set-train.jsonl").read_text()


def test_an_export_masks_what_its_set_says_and_no_more(tmp_path: Path) -> None:
    manifest, text = exported(tmp_path, "email; phone")
    assert manifest["masked"] == {"email": 2, "phone": 0}
    (record,) = map(json.loads, text.splitlines())
    assert record["messages"][0]["content"] == "I am [EMAIL], 84.23.17.250"
    assert record["messages"][1]["reasoning_content"] == "[EMAIL] again"


def test_a_kind_nobody_knows_lets_nothing_through(tmp_path: Path) -> None:
    with pytest.raises(SetRefused, match="masks passport"):
        exported(tmp_path, "email; passport")
    assert not (tmp_path / "out").exists()
