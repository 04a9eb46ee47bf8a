"""Answers of Notion's API as the objects they tell of."""

from __future__ import annotations

from typing import Any

import orjson

from ingestion.knowledge.containers import Member
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.exports.notion_api import read
from ingestion.knowledge.seen import Reading, Seen

DECLARED = CorpusSource.model_validate(
    {"corpus_source": "one", "kind": "notion", "endpoint": "https://notion.example"}
)


def source_of_data(name: str) -> dict[str, Any]:
    return {"object": "data_source", "id": name, "title": [{"plain_text": name}],
            "parent": {"type": "database_id", "database_id": "b-1"},
            "properties": {}}  # fmt: skip


def test_each_source_of_data_in_a_database_is_an_object() -> None:
    row = {"object": "page", "id": "r-1", "parent": {"data_source_id": "s-2"}, "properties": {}}
    said = {"databases/s-1.json": source_of_data("s-1"),
            "databases/s-2.json": source_of_data("s-2"), "pages/r-1.json": row}  # fmt: skip
    files = [Member(path, orjson.dumps({"answer": one}), None) for path, one in said.items()]
    seen = [one for one in read(files, Reading(DECLARED, lambda _: "")) if isinstance(one, Seen)]
    assert [(one.native_id, one.parent) for one in seen] == [
        ("b1", None), ("s2", None), ("r1", "s2")
    ]  # fmt: skip
