"""HTML as what a reader of the page sees."""

from __future__ import annotations

import pytest

from python_models.knowledge.canonical.html import read_html
from python_models.knowledge.canonical.notion import read_html_page

FORMULA = (
    '<span class="katex"><span class="katex-mathml"><math><semantics><mi>E</mi><mo>=</mo>'
    '<mi>m</mi><annotation encoding="application/x-tex">E=m</annotation></semantics></math></span>'
    '<span class="katex-html"><span>E</span><span>=</span><span>m</span></span></span>'
)

TWICE = '<annotation encoding="application/x-tex">E=m</annotation>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<p>As {FORMULA} says</p>", "As $E=m$ says"),
        (f"<p>{FORMULA.replace('</annotation>', '</annotation>' + TWICE)}</p>", "$E=m$"),
        ("<div hidden><p hidden>a</p></div>c", "c"),
        ("<p hidden>a</p><p style='display: none'>b</p><p>c</p>", "c"),
    ],
)
def test_formulas_are_told_once_and_hidden_words_are_not(body: str, text: str) -> None:
    assert read_html(body.encode()).text == text


def test_lists_of_google_stand_in_the_item_they_belong_to() -> None:
    body = (
        '<ul class="c1 lst-kix_a-0 start"><li>one</li><li>two</li></ul>'
        '<ul class="c1 lst-kix_a-1 start"><li>deep</li></ul>'
        '<ol class="c1 lst-kix_a-2 start"><li>deeper</li></ol>'
        '<ul class="c1 lst-kix_a-0"><li>three</li></ul>'
    )
    lines = read_html(body.encode()).text.split("\n")
    assert [(len(one) - len(one.lstrip()), one.split()[-1]) for one in lines if one.strip()] == [
        (0, "one"), (0, "two"), (2, "deep"), (4, "deeper"), (0, "three"),
    ]  # fmt: skip


def test_a_picture_has_no_title_of_the_page() -> None:
    assert read_html(b"<body><svg><title>Icon</title></svg><p>x</p></body>").title is None


def test_boxes_of_a_list_say_what_is_done() -> None:
    box = '<ul class="to-do-list"><li><div class="checkbox checkbox-{}"></div> {}</li></ul>'
    page = read_html_page(f"<body>{box.format('on', 'Done')}{box.format('off', 'Open')}".encode())
    assert page.text.split() == ["-", "[x]", "Done", "-", "[", "]", "Open"]
