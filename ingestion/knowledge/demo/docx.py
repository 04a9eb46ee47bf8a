"""A small docx as an office writes it: headings, tracked changes, a footnote, tables, numbers."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from ingestion.knowledge.demo.written import zipped

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
    "</w:style>"
    for level in (1, 2)
)


def docx(title: str, about: list[str], said: Iterable[str], was: Iterable[str]) -> bytes:
    """Return a paper; `was` is what somebody struck out, with tracking on."""
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    deleted = "".join(
        f'<w:p><w:del w:id="{number}" w:author="A"><w:r><w:delText>{escape(text)}</w:delText></w:r>'
        "</w:del></w:p>"
        for number, text in enumerate(was)
    )
    body = [
        _paragraph(title, '<w:pStyle w:val="Heading1"/>'),
        _paragraph(about[0], note=True),
        _paragraph("Today", '<w:pStyle w:val="Heading2"/>'),
        *(_paragraph(text, tag="ins") for text in said),
        deleted,
        _paragraph("Steps", '<w:pStyle w:val="Heading2"/>'),
        *(_paragraph(text, numbered) for text in about[1:3]),
        _paragraph(about[3]),
        _paragraph(about[4], numbered),
        _table([["Part", "What"], ["first", _table([[about[5]]])]]),
    ]
    return _packed("".join(body), title)


def _paragraph(text: str, properties: str = "", tag: str = "", note: bool = False) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    if tag:
        run = f'<w:{tag} w:id="9" w:author="A">{run}</w:{tag}>'
    if note:
        run += '<w:r><w:footnoteReference w:id="2"/></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}</w:p>"


def _table(rows: list[list[str]]) -> str:
    def cell(inner: str) -> str:
        held = inner + "<w:p/>" if inner.startswith("<w:tbl>") else _paragraph(inner)
        return f"<w:tc>{held}</w:tc>"

    made = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    return f"<w:tbl>{made}</w:tbl>"


def _packed(body: str, title: str) -> bytes:
    parts = {
        "styles": _STYLES,
        "numbering": _NUMBERING,
        "footnotes": f'<w:footnote w:id="2">{_paragraph(f"First words of {title}.")}</w:footnote>',
    }
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{kind}.{what}+xml"/>'
        for name, what in (("document", "document.main"), *((one, one) for one in parts))
    )
    links = "".join(
        f'<Relationship Id="r{name}" Type="{_RELATIONS}/{name}" Target="{name}.xml"/>'
        for name in parts
    )
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    rels = (
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    office = (
        f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/>'
    )
    files = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">{rels}{xml}{types}</Types>'
        ),
        "_rels/.rels": _relations(office),
        "word/_rels/document.xml.rels": _relations(links),
        "word/document.xml": _word("document", f"<w:body>{body}</w:body>"),
    } | {f"word/{name}.xml": _word(name, inner) for name, inner in parts.items()}
    return zipped({name: (_HEAD + text).encode() for name, text in files.items()})


def _relations(inner: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _word(name: str, inner: str) -> str:
    return f'<w:{name} xmlns:w="{_WORD}">{inner}</w:{name}>'
