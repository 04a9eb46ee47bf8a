"""Whether a feed's text is the whole article, so that its page is left alone."""

from __future__ import annotations

import pytest

from ingestion.news.entries import is_whole

LONG = "A sentence of some words. " * 50
LAID_OUT = "\n\n".join(["A sentence of some words. " * 10] * 3)


@pytest.mark.parametrize(
    ("text", "summary", "whole"),
    [
        (LONG, "A sentence.", True),
        (LAID_OUT, "A sentence.", True),
        (LONG[:900], "A sentence.", False),  # one paragraph of a few lines
        (LONG, LONG, False),  # the summary, given as content
        (LONG + "…", "A sentence.", False),
        (LONG + " [...]", "A sentence.", False),
        (LONG + " Read more »", "A sentence.", False),
        (LONG + " Continue reading →", "A sentence.", False),
        (LONG + " Weiterlesen", "A sentence.", False),
        (None, None, False),
    ],
)
def test_text_of_a_feed_is_whole_or_a_beginning(
    text: str | None, summary: str | None, whole: bool
) -> None:
    assert is_whole({"text": text, "summary": summary}) is whole
