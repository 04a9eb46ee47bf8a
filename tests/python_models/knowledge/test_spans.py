"""Where a quote stands: what is found reads back, and what cannot be told apart is not found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from python_models.knowledge.spans import find_span

TEXT = "The “Ledger” service is owned by Team  Atlas.\nLedgers are old. Ledger calls Quay."


def _read(quote: str, hint: int | None = None) -> tuple[str, str] | None:
    span = find_span(TEXT, quote, hint)
    return (TEXT[span.start : span.end], span.found) if span else None


def test_a_quote_is_found_letter_by_letter_and_as_a_whole_word() -> None:
    assert _read("Ledger") == ("Ledger", "exact")
    span = find_span(TEXT, "Ledger", hint=70)
    assert span and span.start == TEXT.rindex("Ledger"), "the place nearest to the hint"
    assert _read("edger") is None


def test_case_spaces_and_quotation_marks_do_not_hide_a_quote() -> None:
    assert _read('the "ledger"  SERVICE') == ("The “Ledger” service", "folded")
    assert _read("by team atlas") == ("by Team  Atlas", "folded")
    assert find_span("Stra\u00dfe 5", "STRASSE 5") is not None
    assert find_span("zero\u200bwidth word", "zerowidth word") is not None


def test_a_quote_with_a_slip_is_found_where_one_passage_is_nearest() -> None:
    assert _read("ledger service was owned by Team Atlas") == (
        "Ledger” service is owned by Team  Atlas",
        "near",
    )
    twice = "Quay is run by Atlas in spring. Quay is run by Atlas in sprint."
    assert find_span(twice, "Quay is run by Atlas in sprin") is None, "two are as near"


def test_what_the_text_does_not_say_is_not_found() -> None:
    assert _read("Ledger depends on Harbor") is None
    assert _read("") is None and find_span(TEXT, None) is None and _read(" \n ") is None


@given(st.text(max_size=60), st.data())
def test_every_passage_of_whole_words_reads_back(text: str, data: st.DataObject) -> None:
    words = text.split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[first : first + 3])
    span = find_span(text, quote)
    if quote.strip():
        assert span is not None and text[span.start : span.end] == quote
