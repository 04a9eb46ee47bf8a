"""Docx as Markdown: accepted text, notes, numbers and tables; what is damaged says so."""

import hashlib
import io
import zipfile

import pytest

from python_models.knowledge.canonical.docx import read_docx
from python_models.knowledge.canonical.types import NoText

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PICTURE = b"\x89PNG of a test"


def docx(body: str, **parts: str) -> bytes:
    """A docx of a body, with other parts by name, and two relations: a link and a picture."""
    memory = io.BytesIO()
    kind = f"{R}/"
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r" Type="{kind}officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships><Relationship Id="link" Type="{kind}hyperlink" '
            'Target="https://x.example/a b" TargetMode="External"/>'
            f'<Relationship Id="pic" Type="{kind}image" Target="media/1.png"/></Relationships>',
        )
        archive.writestr("word/media/1.png", PICTURE)
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        )
        for name, inner in parts.items():
            archive.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{W}">{inner}</w:{name}>')
    return memory.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_tracked_changes_are_read_as_accepted_and_what_was_deleted_is_kept_aside():
    body = (
        "<w:p><w:r><w:t>ledger-api is owned by </w:t></w:r>"
        "<w:del><w:r><w:delText>Team Ledger</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>Team Checkout</w:t></w:r></w:ins><w:r><w:t>.</w:t></w:r></w:p>"
        "<w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom>"
    )
    read = read_docx(docx(body))
    assert read.text == "ledger-api is owned by Team Checkout."
    assert read.fields == [("deleted_text", "Team Ledger"), ("deleted_text", "moved away")]
    assert "tracked changes" in read.flags


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    first = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>one </w:t></w:r></w:p>"
    assert read_docx(docx(first + p("two"))).text == "one two"


def test_numbered_lists_go_on_counting_after_text_and_nested_ones_begin_anew():
    numbering = (
        '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="3"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1">'
        '<w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    )

    def item(text: str, level: int) -> str:
        return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>')

    body = item("a", 0) + item("b", 1) + item("c", 1) + p("between") + item("d", 0) + item("e", 1)
    read = read_docx(docx(body, numbering=numbering))
    assert read.text == "3. a\n   3.i) b\n   3.ii) c\n\nbetween\n\n4. d\n   4.i) e"


def test_a_table_in_a_table_follows_it_and_no_word_is_lost():
    def cell(inner: str) -> str:
        return f"<w:tc>{inner}</w:tc>"

    inner = f"<w:tbl><w:tr>{cell(p('x'))}{cell(p('y|z'))}</w:tr></w:tbl>"
    body = (
        f"<w:tbl><w:tr>{cell(p('a'))}{cell(p('b'))}</w:tr>"
        f"<w:tr>{cell(inner + p('after'))}{cell(p('c') + p('d'))}</w:tr></w:tbl>"
    )
    assert read_docx(docx(body)).text == (
        "| a | b |\n| --- | --- |\n| (table 1)<br>after | c<br>d |\n\n"
        "Table 1:\n\n| x | y\\|z |\n| --- | --- |"
    )


def test_footnotes_are_named_where_they_stand_and_follow_the_text():
    body = (
        '<w:p><w:r><w:t>Said</w:t></w:r><w:r><w:footnoteReference w:id="5"/></w:r>'
        "<w:r><w:t>.</w:t></w:r></w:p>"
    )
    notes = f'<w:footnote w:id="5">{p("by whom")}</w:footnote>'
    assert read_docx(docx(body, footnotes=notes)).text == "Said[^1].\n\n[^1]: by whom"


def test_links_pictures_headings_and_hidden_words():
    styles = (
        '<w:style w:styleId="H"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H"/></w:style>'
    )
    body = (
        p("Why", '<w:pStyle w:val="Mine"/>')
        + '<w:p><w:hyperlink r:id="link"><w:r><w:t>here</w:t></w:r></w:hyperlink>'
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r></w:p>"
        + '<w:p><w:r><w:drawing><w:docPr descr="a map"/><w:blip r:embed="pic"/></w:drawing></w:r>'
        + "</w:p>"
    )
    read = read_docx(docx(body, styles=styles))
    name = hashlib.sha256(PICTURE).hexdigest()
    assert read.text == (f"## Why\n\n[here](https://x.example/a%20b)\n\n![a map](sha256:{name})")
    assert [link.target for link in read.links][0] == "https://x.example/a%20b"
    assert "hidden text" in read.flags


@pytest.mark.parametrize(
    "address",
    ["https://y.example", "https://www.google.com/url?q=https%3A%2F%2Fy.example&amp;usg=AO1"],
)
def test_the_words_of_a_link_made_by_a_field_are_text_once(address: str):
    body = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK '
        f'"{address}" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>there</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    assert read_docx(docx(body)).text == "[there](https://y.example)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no zip at all", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted"),
        (docx("<w:p/>")[:200], "broken"),
    ],
)
def test_what_is_no_docx_says_why(content: bytes, reason: str):
    with pytest.raises(NoText) as error:
        read_docx(content)
    assert error.value.reason == reason


def test_a_comment_is_a_row_of_its_own_that_names_its_words():
    said = '<w:p w14:paraId="{0}" xmlns:w14="w14"><w:r><w:t>{1}</w:t></w:r></w:p>'
    body = (
        '<w:p><w:r><w:t>Before. </w:t></w:r><w:commentRangeStart w:id="0"/>'
        '<w:r><w:t>Ledger is</w:t></w:r><w:r><w:t> slow</w:t></w:r><w:commentRangeEnd w:id="0"/>'
        '<w:r><w:commentReference w:id="0"/></w:r><w:r><w:t>.</w:t></w:r></w:p>'
    )
    comments = (
        '<w:comment w:id="0" w:author="Zoe" w:date="2024-01-02T03:04:05Z">'
        f"{said.format('A1', 'Why?')}</w:comment>"
        f'<w:comment w:id="1" w:author="Ann">{said.format("B2", "Locks.")}</w:comment>'
    )
    more = (
        '<w:commentEx w15:paraId="A1" w15:done="1" xmlns:w15="w15"/>'
        '<w:commentEx w15:paraId="B2" w15:paraIdParent="A1" w15:done="0" xmlns:w15="w15"/>'
    )
    read = read_docx(docx(body, comments=comments, commentsExtended=more))
    assert read.text.startswith("Before. Ledger is slow.\n\nComment of Zoe on “Ledger is slow” (")
    first, reply = read.messages
    assert (first.author, str(first.sent_at), first.reply_to) == (
        "Zoe",
        "2024-01-02 03:04:05",
        None,
    )
    assert (reply.author, reply.reply_to, reply.flags) == (
        "Ann",
        "comment/0",
        ("comment", "settled"),
    )
    assert read.text[first.start : first.end].endswith(": Why?")
    assert read.text[reply.start : reply.end].endswith(": Locks.")
    anchors = {link.target: read.text[link.start : link.end] for link in read.links}
    assert anchors == {"#comment/0": "Ledger is slow", "#comment/1": "Ledger is slow"}


CELL = "<w:tc>{}<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
TABLE = "<w:tbl><w:tr>{}</w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("after", "text"), [("", "kept"), (TABLE.format(CELL.format("", "cell")), "kept\n\ncell")]
)
def test_a_paragraph_whose_end_is_deleted_keeps_its_words(after: str, text: str):
    body = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>kept</w:t></w:r></w:p>"
    assert read_docx(docx(body + after)).text == text


def test_a_deleted_cell_is_aside_and_ruby_is_its_signs():
    spoken, signs = "<w:r><w:t>kan</w:t></w:r>", "<w:r><w:t>漢</w:t></w:r>"
    ruby = f"<w:ruby><w:rt>{spoken}</w:rt><w:rubyBase>{signs}</w:rubyBase></w:ruby>"
    cells = CELL.format("", "a") + CELL.format("<w:tcPr><w:cellDel/></w:tcPr>", "gone")
    read = read_docx(docx(f"{TABLE.format(cells)}<w:p><w:r>{ruby}</w:r></w:p>"))
    assert read.text == "a\n\n漢"
    assert read.fields == [("deleted_text", "gone")]
