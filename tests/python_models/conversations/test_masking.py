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
from tests.python_models.conversations.released import Member, publish_set

PERSONAL = {
    "Write to ann.lee@mail.co.uk.": "Write to [EMAIL].",
    "Call (202) 555-0143 or not.": "Call [PHONE] or not.",
    "Call +49 30 123456-78.": "Call [PHONE].",
    "我的电话是13812345678。": "我的电话是[PHONE]。",
    "Mine is 138-1234-5678 now": "Mine is [PHONE] now",
    "My card is 4111-1111-1111-1111.": "My card is [CARD].",
    "I write from 84.23.17.250.": "I write from [IP].",
}
PUBLIC = (
    "Call 1-800-273-8255, 0800 543 354, 0508 828 865 or +44 800 123 4567.",
    "Call 0120-783-556 in Japan, 400-161-9995 in China.",
    "The order is 4111 1111 1111 1112 or 13812345678.",
    "Version 2.0.1.4 runs on 192.168.0.1; clone git@github.com:a/b.git.",
    "On 2024-01-31 10:20 I paid $1,234,567.89.",
)


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
