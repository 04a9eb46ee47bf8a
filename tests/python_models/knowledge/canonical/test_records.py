"""Records of Linear as documents."""

from __future__ import annotations

import pytest

from ingestion.knowledge.exports.linear_api import as_exported
from python_models.knowledge.canonical.records import read_issue


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC", "America/New_York"])
def test_a_day_on_which_something_is_due_is_that_day_in_every_zone(zone: str) -> None:
    fields = dict(read_issue({"ID": "A-1", "Due Date": "2023-02-06"}, zone).fields)
    assert fields["Due Date"] == "2023-02-06T00:00:00"


def test_a_label_may_hold_a_comma_and_a_program_may_comment() -> None:
    comment = {"id": "c", "body": "seen\rtwice", "user": None, "botActor": {"name": "Sentry"},
               "createdAt": "2025-03-01T10:00:00Z"}  # fmt: skip
    labels = {"nodes": [{"name": "Backend, EU"}, {"name": "Bug"}]}
    node = {"identifier": "A-1", "title": "x", "labels": labels, "comments": {"nodes": [comment]}}
    issue = read_issue(as_exported(node), "UTC")
    assert [one for name, one in issue.fields if name == "Labels"] == ["Backend, EU", "Bug"]
    assert issue.text.endswith("**Sentry** (2025-03-01 10:00): seen\ntwice")
