"""A report's Markdown on a page: links of ours stay links, of others their words stay."""

from dashboards.parts.text import quotes, report_html


def test_of_a_link_to_the_web_its_words_stay() -> None:
    shown = report_html("# 1. [**Kiln** & oven](<http://web.example/a>), [x](telemetry?a=1)")
    assert '1. <strong>Kiln</strong> &amp; oven, <a href="telemetry?a=1">x</a>' in shown
    assert "web.example" not in shown


def test_a_quote_stands_once_and_is_all_text() -> None:
    html = quotes(["<b>one</b>\ntwo", "three", "<b>one</b>\ntwo", "", "four"], most=2)
    assert html.count("<blockquote") == 2 and "four" not in html
    assert "&lt;b&gt;one&lt;/b&gt;" in html and "<b>" not in html
