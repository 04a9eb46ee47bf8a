"""PDF as text: pages in order, each an anchor of its words; what has no words says why."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from pypdf import PdfReader, PdfWriter

from ingestion.lakehouse.bounded import BoundedProcess
from python_models.knowledge.canonical import pdf as reader
from python_models.knowledge.canonical.pdf import DAMAGED, read_pdf
from python_models.knowledge.canonical.types import NoText

INFO = "/Title (Runbook) /Author (Maya) /CreationDate (D:20250301120000+02'00')"
LINK = "/Annots [<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://x.example/a) >> >>]"


def pdf(*pages: str, info: str = INFO, more: str = "") -> bytes:
    """A PDF whose pages have these streams; `more` is said of its last page."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, stream in enumerate(pages):
        said = more if at == len(pages) - 1 else ""
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * at} 0 R "
            f"/Resources << /Font << /F 3 0 R >> >> {said} >>"
        )
        bodies.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    bodies.append(f"<< {info} >>")
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    xref = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"<< /Size {len(bodies) + 1} /Root 1 0 R /Info {len(bodies)} 0 R >>"
    table = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{xref}trailer\n{trailer}\n"
    return made + f"{table}startxref\n{len(made)}\n%%EOF".encode()


def lines(*said: str) -> str:
    """The stream of a page that shows lines, one below the other."""
    shown = " 0 -14 Td ".join(f"({line}) Tj" for line in said)
    return f"BT /F 12 Tf 50 700 Td {shown} ET"


def locked(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(lines("Secret words")))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    memory = io.BytesIO()
    writer.write(memory)
    return memory.getvalue()


def test_pages_are_read_in_order_and_each_is_an_anchor_of_its_words() -> None:
    found = read_pdf(
        pdf(lines("Atlas owns billing.", "Gr\xfc\xdfe"), "", lines("Third page"), more=LINK)
    )
    assert found.text == "Atlas owns billing.\nGr\xfc\xdfe\n\nThird page\n\n<https://x.example/a>"
    anchors = [(found.text[one.start : one.end], one.label, one.target) for one in found.links]
    assert anchors == [
        ("Atlas owns billing.\nGr\xfc\xdfe", "1", "#page=1"),
        ("Third page\n\n<https://x.example/a>", "3", "#page=3"),
        ("<https://x.example/a>", "https://x.example/a", "https://x.example/a"),
    ]
    assert (found.title, found.authors) == ("Runbook", ["Maya"])
    assert found.created_at == datetime(2025, 3, 1, 10)


def test_a_word_broken_at_the_end_of_a_line_is_one_word_and_a_range_is_not() -> None:
    found = read_pdf(pdf(lines("the depen-", "dency of 10-", "20 hosts")))
    assert found.text == "the dependency of 10-\n20 hosts"


def test_a_page_that_cannot_be_read_is_flagged_and_the_others_stand() -> None:
    second = lines("Second", "a second line")
    length = f"/Length {len(second)} ".encode()
    whole = pdf(lines("First"), second)
    found = read_pdf(whole.replace(length, length + b"/Filter /NoSuch "))
    assert read_pdf(whole).text.endswith("Second\na second line")
    assert (found.text, found.flags) == ("First", {DAMAGED})


def test_a_bad_description_costs_no_text() -> None:
    found = read_pdf(pdf(lines("Words"), info="/Title 7 /CreationDate (yesterday)"))
    assert found.text == "Words"


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    assert read_pdf(locked("")).text == "Secret words"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(locked("a password"), "protected", id="locked"),
        pytest.param(b"", "damaged", id="empty"),
        pytest.param(b"not a PDF at all", "damaged", id="other bytes"),
        pytest.param(pdf(lines("Words"))[:300], "damaged", id="cut"),
        pytest.param(pdf("0 0 m 10 10 l S"), "no_words", id="pictures"),
        pytest.param(pdf(), "no_words", id="no page"),
    ],
)
def test_what_has_no_text_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(NoText) as told:
        read_pdf(content)
    assert told.value.reason == reason


def test_a_pdf_that_takes_too_much_costs_its_own_text_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    apart = BoundedProcess(0.2)
    monkeypatch.setattr(reader, "_apart", apart)
    endless = pdf(lines(*["words and words"] * 200_000), lines("never read"))
    with pytest.raises(NoText, match="it takes longer than 0.2 seconds") as told:
        read_pdf(endless)
    assert told.value.reason == "too_much_work"
    apart.stop()
    monkeypatch.undo()
    assert read_pdf(pdf(lines("Words"))).text == "Words"
