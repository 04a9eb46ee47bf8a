"""Elements of feeds in XML: their names, their vocabularies, and which of them counts first."""

from __future__ import annotations

from lxml import etree

XML = "{http://www.w3.org/XML/1998/namespace}"
# names of vocabularies by the weight of what they say; one that stands in none of them says
# nothing here, whatever its elements are called
_CORE = ("rss", "atom", "netscape.com", "rdf-syntax")
_MODULES = ("modules/content", "purl.org/dc", "xhtml")
_PREFIXES = ("dc", "dcterms", "content")  # when nobody declared them
_BESIDE = ("mrss", "media", "itunes", "podcast", "feedburner", "googleplay")


def name_of(element: etree._Element) -> str:
    """Return the name of an element in lower case, whatever its vocabulary is called there."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def space_of(element: etree._Element) -> str:
    """Return the vocabulary of an element: its namespace, or the prefix nobody declared."""
    tag = element.tag if isinstance(element.tag, str) else ""
    space, _, name = tag.rpartition("}")
    return (space.lstrip("{") or name.rpartition(":")[0]).lower()


def attribute(element: etree._Element, name: str) -> str | None:
    """Return an attribute whatever its case: CDF writes in capitals."""
    return next((str(v) for k, v in element.attrib.items() if str(k).lower() == name), None)


def bases_of(element: etree._Element) -> tuple[str, ...]:
    """Return the bases declared on an element and around it, the innermost first."""
    found = []
    node: etree._Element | None = element
    while node is not None:
        if base := node.get(f"{XML}base"):
            found.append(base)
        node = node.getparent()
    return tuple(found)


def ranked(element: etree._Element) -> list[etree._Element]:
    """Return the children whose vocabulary is known, those of the format's own first."""
    own = space_of(element)
    known = [(rank_of(space_of(one), own), one) for one in element if isinstance(one.tag, str)]
    known.sort(key=lambda pair: pair[0])
    return [one for rank, one in known if rank < 4]


def rank_of(space: str, own: str) -> int:
    """Return the place of a vocabulary beside a format's own: 0 that, 3 beside it, 4 unknown."""
    if space == own:
        return 0
    if any(word in space for word in _BESIDE):
        return 3
    if space in _PREFIXES or any(word in space for word in _MODULES):
        return 2
    is_core = any(word in space for word in _CORE) and "/modules/" not in space
    return 1 if is_core or not space else 4


def is_media(element: etree._Element) -> bool:
    """Say whether an element describes a recording or a picture (Media RSS)."""
    return any(word in space_of(element) for word in ("mrss", "media"))


def first_text(children: list[etree._Element], *names: str) -> str | None:
    """Return the first text there is, of the first of these names that has one."""
    for name in names:
        for one in children:
            if name_of(one) == name and (text := "".join(one.itertext()).strip()):
                return text
    return None
