"""Whether a page shows only the beginning of its article, or is a list of others."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from lxml import etree

from ingestion.news.pages.told import ARTICLE_TYPES, LIST_TYPES, meta, term, types_of

STUB_CHARACTERS = 600
_LIST_LINKS = 12  # headlines that are links, beside hardly any text of its own
_LIST_ARTICLES = 5
_HEADLINE = 25  # characters of a link that is one
_TEASER = 600  # characters about another article; what has more is a text of the page's own
_BLOCKS = ("article", "li", "section", "div", "tr")
_BESIDE = ("nav", "footer", "aside", "header")
_NO = ("false", "0", "no")
# said to libxml2, which goes through a page many times faster than Python does
_HEADLINES = (
    f"descendant::a[(string-length(normalize-space()) >= {_HEADLINE} and "
    "(ancestor::li or ancestor::article or ancestor::h2 or ancestor::h3 or ancestor::h4))"
    # however short, one that is all of a heading, and leads elsewhere
    " or ((parent::h2 or parent::h3 or parent::h4) and normalize-space()"
    " and normalize-space() = normalize-space(..) and not(starts-with(@href, '#')))]"
)
_ALL_HEADLINES, _HEADLINE_COUNT = etree.XPath(_HEADLINES), etree.XPath(f"count({_HEADLINES})")
# what is asked of a reader who may not read on; a newsletter or a podcast asks for another thing
_PAY = re.compile(
    r"subscri(?:be|ption|bers?)\b(?![\w ]{0,30}\b(?:newsletter|podcast|channel|rss|feed|e-?mail|"
    r"updates|alerts|mailing))|"
    r"(?:sign (?:in|up)|log ?in|register)(?: \w+){0,2} to (?:read|continue|view)|"
    r"to continue reading|keep reading|register (?:now|to read)|already a (?:member|subscriber)|"
    r"members only|premium content|paywall|become a member|start your (?:free )?trial|"
    r"unlock (?:this|the|full|your)|free account to|(?:limit|all) of (?:your )?free (?:articles|"
    r"stories)|reached your (?:article |free )?limit|"
    r"jetzt (?:abonnieren|weiterlesen)|nur für abonnent|anmelden,? um|weiterlesen mit|"
    r"zum weiterlesen|\b\w{1,12}\+[- ](?:artikel|weiterlesen|abo)|mit \w{1,12}\+ weiterlesen|"
    r"(?:réservée?|reservee?)s? aux abonné|abonnez-vous|déjà abonné|"
    r"suscr[ií]b(?:ete|ase)|(?:solo|exclusivo) para suscriptores|"
    r"abbonati (?:per|per continuare)|riservato agli abbonati|"
    r"assine (?:para|já|agora)|(?:exclusivo|só) para assinantes|"
    r"(?:lees|lezen) verder met|(?:alleen|exclusief) voor abonnees|læs videre|kun for abonnenter|"
    r"endast för prenumeranter|dla (?:subskrybentów|prenumeratorów)|"
    r"оформ\w+ подписку|по подписке|для подписчиков|登录后|订阅|会員限定|有料会員|구독",
    re.IGNORECASE,
)


def is_walled(tree: Any, told: list[dict[str, Any]], text: str | None) -> bool:
    """Say whether a page keeps most of its article for those who pay."""
    parts = [part for one in told for part in (one, *_parts(one))]
    if any(term(one.get("isAccessibleForFree", "")) in _NO for one in parts):
        return True
    if any(
        (one.get("itemprop") or "").lower() == "isaccessibleforfree"
        and term(one.get("content") or one.get("href") or one.text or "") in _NO
        for one in tree.iter("meta", "link", "span", "div", "p")
    ):
        return True
    if (meta(tree, "article:content_tier") or "").lower() == "locked":
        return True
    if len(text or "") >= STUB_CHARACTERS:
        return False
    body = next(tree.iter("body"), tree)
    return bool(_PAY.search(" ".join(body.itertext())[:200_000]))


def _parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    parts = document.get("hasPart")
    return [one for one in (parts if isinstance(parts, list) else [parts]) if isinstance(one, dict)]


def is_list_of_links(tree: Any, told: list[dict[str, Any]], text: str | None) -> bool:
    """Say whether a page leads to articles and is none."""
    kinds = set().union(*map(types_of, told)) if told else set()
    if kinds & ARTICLE_TYPES:
        return False
    if (meta(tree, "og:type") or "").lower() == "article" and len(text or "") >= STUB_CHARACTERS:
        return False
    if kinds & LIST_TYPES:
        return True
    articles = sum(1 for _ in tree.iter("article"))
    if _HEADLINE_COUNT(tree) < _LIST_LINKS and articles < _LIST_ARTICLES:
        return False
    own, in_teasers = _own_text(tree)
    return own < STUB_CHARACTERS and (in_teasers > own or _linked_share(tree) > 0.5)


def _own_text(tree: Any) -> tuple[int, int]:
    """Return the characters of paragraphs that are the page's own, and of those about others.

    Of a page that has enough of its own wherever its headlines lie, nothing is looked at for them.
    """
    paragraphs = [
        (len("".join(one.itertext()).strip()), list(one.iterancestors())) for one in tree.iter("p")
    ]
    held: Counter[Any] = Counter()  # characters of the paragraphs in an element
    for size, around in paragraphs:
        held.update(dict.fromkeys(around, size))
    small = {up for up, size in held.items() if size <= _TEASER and up.tag in (*_BLOCKS, "a")}
    found = _shared_out(paragraphs, small)
    if found[0] >= STUB_CHARACTERS:
        return found
    headed = {
        next((up for up in one.iterancestors() if up.tag in _BLOCKS), one)
        for one in _ALL_HEADLINES(tree)
    }
    return _shared_out(paragraphs, small & headed)


def _shared_out(paragraphs: list[tuple[int, list[Any]]], teasers: set[Any]) -> tuple[int, int]:
    """Return the characters of paragraphs outside of teasers, and of those in them."""
    own = beside = 0
    for size, around in paragraphs:
        if not teasers.isdisjoint(around):
            beside += size
        elif not any(up.tag in _BESIDE for up in around):
            own += size
    return own, beside


def _linked_share(tree: Any) -> float:
    """Return the share of a page's text that lies in links."""
    body = next(tree.iter("body"), tree)
    everything = sum(
        len(part.strip())
        for one in body.iter()
        if one.tag not in ("script", "style", "noscript")
        for part in (one.text or "", one.tail or "")
    )
    linked = sum(len("".join(one.itertext()).strip()) for one in body.iter("a"))
    return linked / max(1, everything)
