"""Links of documents and the objects they lead to."""

from __future__ import annotations

import pytest

from python_models.knowledge.links import Targets

NOTION = "152bb52ee2b580179846fd78b2b60ea9"
OBJECTS = [
    {"object_id": "page", "source": "wiki", "kind": "page", "native_id": NOTION, "uri": None},
    {"object_id": "issue", "source": "plan", "kind": "issue", "native_id": "ENG-1", "uri": None},
    {"object_id": "message", "source": "chat", "kind": "message",
     "native_id": "T1/C1/1700000000.000100", "uri": None},
    {"object_id": "channel", "source": "chat", "kind": "channel", "native_id": "T1/C1",
     "uri": None},
    {"object_id": "file", "source": "notes", "kind": "document", "native_id": "a/Größe b.md",
     "uri": None},
    {"object_id": "drive", "source": "docs", "kind": "document",
     "native_id": "1AbCdEfGhIjKlMnOpQrStUvWxYz", "uri": None},
]  # fmt: skip
IN_NOTES = {"source": "notes", "native_id": "a/c.md"}


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (f"Home%20{NOTION}/Some%20page%20{NOTION}.md", "page"),
        (f"https://www.notion.so/team/Title-{NOTION}?pvs=4", "page"),
        ("https://www.notion.so/152bb52e-e2b5-8017-9846-fd78b2b60ea9", "page"),
        ("https://linear.app/team/issue/ENG-1/some-title", "issue"),
        ("https://x.slack.com/archives/C1/p1700000000000100?thread_ts=1", "message"),
        ("https://x.slack.com/archives/C1", "channel"),
        ("Gr%C3%B6%C3%9Fe%20b.md", "file"),
        ("./../a/Gr%C3%B6%C3%9Fe%20b.md#part", "file"),
        ("https://docs.google.com/document/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit", "drive"),
        ("https://www.google.com/url?q=https://linear.app/t/issue/ENG-1&sa=D", "issue"),
        ("https://example.org/elsewhere", None),
        ("missing.md", None),
    ],
)
def test_a_link_leads_to_the_object_it_names(target: str, found: str | None) -> None:
    assert Targets(OBJECTS).find(target, IN_NOTES) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [("Ledger", "near"), ("b/Ledger", "far"), ("deep note", "deep"), ("Deep Note.md", "deep"),
     ("Twice", None), ("Nothing", None)],
)  # fmt: skip
def test_a_note_of_a_vault_is_called_by_its_name_wherever_it_lies(
    name: str, found: str | None
) -> None:
    notes = {"a/Ledger.md": "near", "b/Ledger.md": "far", "b/c/Deep note.md": "deep",
             "b/Twice.md": "one", "c/Twice.md": "other"}  # fmt: skip
    objects = [
        {"object_id": name, "source": "vault", "kind": "document", "native_id": path, "uri": path}
        for path, name in notes.items()
    ]
    document = {"source": "vault", "native_id": "a/Home.md"}
    assert Targets(objects).find(f"[[{name}]]", document) == found


def test_what_lies_in_the_folder_of_a_page_is_not_the_page() -> None:
    page = {"object_id": "page", "source": "s", "native_id": "a" * 32, "kind": "page", "uri": None}
    name = f"Space/Alpha {'a' * 32}/plan.zip"
    file = {
        "object_id": "file",
        "source": "s",
        "native_id": name,
        "kind": "attachment",
        "uri": None,
    }
    other = file | {"object_id": "other", "source": "t"}
    targets = Targets([page, file, other])
    assert targets.find(f"Alpha%20{'a' * 32}/plan.zip", page) == "file"
    assert targets.find(f"Alpha%20{'a' * 32}/nothing.png", page) is None
    assert targets.find(f"../Alpha%20{'a' * 32}.md", page) == "page"
