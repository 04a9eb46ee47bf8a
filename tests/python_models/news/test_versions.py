"""Which text stands for an article, run by run."""

from __future__ import annotations

from typing import Any

import pytest

from python_models.news.versions import changed_share, versions_of

LONG = "The minister said on Tuesday that the bridge will open in June. " * 12


def entry(run_no: int, text: str, source: str = "alpha", **more: Any) -> dict[str, Any]:
    """Give what an entry said at a run."""
    return {
        "article_id": "a", "run_id": f"r{run_no}", "run_no": run_no, "position": 1,
        "source": source, "identity": "i", "title": "Bridge opens", "title_is_made": False,
        "text": text, "summary": None, "flags": "[]", "first_seen_at": f"2026-01-0{run_no}",
    } | more  # fmt: skip


def page(run_no: int, text: str, **more: Any) -> dict[str, Any]:
    """Give a page as it was read in a run."""
    return {
        "article_id": "a", "run_id": f"r{run_no}", "run_no": run_no, "url_key": "x/a",
        "title": "Page", "text": text, "is_article": True, "is_stub": False,
    } | more  # fmt: skip


def versions(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the versions of these entries and pages."""
    pages = [row for row in rows if "url_key" in row]
    entries = [row for row in rows if "url_key" not in row]
    table = versions_of(entries, pages, rescored_share=0.1, stub_characters=600)
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def test_a_whole_text_of_a_feed_goes_before_the_page() -> None:
    whole = entry(1, LONG, flags='["whole_text"]')
    (row,) = versions(whole, page(1, f"{LONG} More."))
    assert (row["text_from"], row["text"]) == ("feed_text", LONG.strip())


def test_the_page_goes_before_a_part_of_the_text() -> None:
    (row,) = versions(entry(1, "The minister said."), page(1, LONG))
    assert row["text_from"] == "page"


def test_without_a_page_the_longest_text_of_the_feeds_stands() -> None:
    (row,) = versions(entry(1, "Short."), entry(1, "Somewhat longer.", "beta"))
    assert (row["text_from"], row["text"]) == ("feed_text", "Somewhat longer.")


def test_without_any_text_the_title_stands() -> None:
    (row,) = versions(entry(1, ""))
    assert (row["text_from"], row["text"]) == ("title", "Bridge opens")


@pytest.mark.parametrize(("feed_text", "is_stub"), [("Short.", True), (LONG, False)])
def test_a_closed_page_is_no_stub_when_the_feed_tells_enough(feed_text: str, is_stub: bool) -> None:
    (row,) = versions(entry(1, feed_text), page(1, "Subscribe to read.", is_stub=True))
    assert row["is_stub"] == is_stub


def test_a_list_of_links_is_no_text() -> None:
    (row,) = versions(entry(1, "Teaser."), page(1, "One\nTwo", is_article=False))
    assert (row["text_from"], row["is_article"]) == ("feed_text", False)


def test_the_same_text_again_is_no_version() -> None:
    assert len(versions(entry(1, LONG), entry(2, LONG), page(3, LONG))) == 1


def test_small_changes_add_up_until_the_article_is_scored_again() -> None:
    words = [f"w{number}" for number in range(100)]
    texts = [" ".join(["new"] * changed + words[changed:]) for changed in (0, 6, 12, 17, 24)]
    rows = versions(*(entry(at, text) for at, text in enumerate(texts, start=1)))
    assert [row["version"] for row in rows] == [1, 2, 3, 4, 5]
    # each against the version that was scored last, not against the one before
    assert [row["scored_version"] for row in rows] == [1, 1, 3, 3, 5]


def test_a_second_source_with_the_whole_text_makes_a_version() -> None:
    whole = entry(2, LONG, "beta", flags='["whole_text"]')
    rows = versions(entry(1, "The minister said."), whole)
    assert [row["since_run_id"] for row in rows] == ["r1", "r2"]
    assert rows[1]["scored_version"] == 2


def test_the_first_source_gives_the_title() -> None:
    rows = versions(entry(1, "x"), entry(2, "x", "aaa", title="Another title"))
    assert [row["title"] for row in rows] == ["Bridge opens"]


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [("a b c d", "a b c d", 0), ("a b c d", "a b c e", 0.25), ("", "", 0), ("a", "", 1)],
)
def test_the_changed_share_counts_words_of_only_one_text(
    before: str, after: str, share: float
) -> None:
    assert changed_share(before, after) == pytest.approx(share)
