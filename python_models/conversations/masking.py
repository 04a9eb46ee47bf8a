"""Personal data in a text, written as typed placeholders: `[EMAIL]`, `[PHONE]`, `[CARD]`, `[IP]`.

The rules are those of `int_conversations__personal_data_found`, which counts the same pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from python_models.conversations.helplines import helpline_digits

KINDS = ("email", "phone", "card", "ip")
_EMAIL = re.compile(
    r"(?i)[a-z0-9à-ÿа-яё_%+-][a-z0-9à-ÿа-яё._%+-]*@[a-z0-9à-ÿа-яё-]+"
    r"(?:[.][a-z0-9à-ÿа-яё-]+)*[.][a-zа-яё]{2,12}"
)
_NO_EMAIL = re.compile(r"(?i)^git@|[.](?:png|jpg|jpeg|gif|svg|js|css|py)$|@[0-9.]+$")
_NUMBER = re.compile(r"(?<![0-9A-Za-z.,$€£#/=_+%&-])[+(]?[0-9][0-9 ().-]{7,24}[0-9]")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_HOST = re.compile(rf"(?<![0-9A-Za-z.-]){_OCTET}(?:[.]{_OCTET}){{3}}(?=[.]?$|[.]?[^0-9A-Za-z.])")
_NO_HOST = re.compile(
    r"^(?:0|10|127|2(?:2[4-9]|[3-5][0-9])|192[.]168|169[.]254|172[.](?:1[6-9]|2[0-9]|3[01]))[.]"
    r"|^[0-9](?:[.][0-9]){3}$"
)
_CARD = re.compile(
    r"[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){3}|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}"
)
# those of IPv6 that are routed begin with 2 or 3
_HOST_6 = re.compile(
    r"(?i)(?<![0-9a-z:.])[23][0-9a-f]{3}(?:(?::[0-9a-f]{1,4}){7}"
    r"|(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?)(?![0-9a-z:])"
)
_PHONE = re.compile("|".join((
    r"[+][1-9][0-9 ().-]+",
    r"(?:1[ .-])?(?:[(][2-9][0-9]{2}[)][ -]?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}",
    r"1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}",
    r"0[1-9](?:[ .][0-9]{2}){4}|[(]?0[1-9][0-9]{1,4}[)]?[ -][0-9]{3,8}(?:[ -][0-9]{2,6})*",
    r"(?:55[ -])?[(]0?[1-9][1-9][)] ?(?:9[ .-]?[0-9]{4}|[2-5][0-9]{3})[ .-][0-9]{4}",
    r"(?:55[ -])?0?[1-9][1-9][ -]9[ .-]?[0-9]{4}[ .-][0-9]{4}",
    r"(?:0|0?91[ -])?[6-9][0-9]{4}[ -][0-9]{3}(?:[1-9][0-9]|0[1-9])|0?91[ -][6-9][0-9]{9}",
    r"[6-9][0-9]{3}[ -][0-9]{3}[ -][0-9]{3}",
    r"8[ -]?[(]?9[0-9]{2}[)]?[ -][0-9]{3}[ -][0-9]{2}[ -]?[0-9]{2}",
    r"0[1-9]-[0-9]{4}-[0-9]{4}|06-[0-9]{8}|01[5-7][0-9](?: [0-9]{2}){4}",
)))  # fmt: skip
# mobiles without a space are told from numbers of orders by the text they stand in
_CHINESE_MOBILE = re.compile(r"(?:86 ?)?1[3-9][0-9]{9}")
_INDIAN_MOBILE = re.compile(r"(?:0|91)?[6-9][0-9]{9}")
_INDIC = re.compile("[\u0900-\u0d7f]")
# words of telephoning in eleven languages; a day is no number
_TOLD = re.compile(
    r"(?i)((?<![a-zà-ÿ])(?:"
    r"phone|mobile|cell|whatsapp|call|contact|tel|my number|telefon|handy|"
    r"nummer ist|meine nummer|ruf mich an|mobil|téléphone|portable|"
    r"appelez-moi|appelle-moi|mon numéro|teléfono|móvil|llámame|llame|"
    r"mi número|cellulare|telefono|chiamami|mio numero|telefoon|mobiel|"
    r"bel me|bel mij|mijn nummer|komórka|zadzwoń|mój numer|telefone|celular|"
    r"telemóvel|ligue|liga|meu número|телефон|мобильный|звоните|звони|"
    r"мой номер)[.]?(?:[^0-9a-zà-ÿа-яё.!?][^0-9.!?]{0,19})?[^0-9a-z.,$€£#/=_+%&(-]"
    r"|(?:手机|手機|电话|電話|微信|携帯|番号)[^0-9.!?(]{0,20})"
    r"([(]?[0-9](?:[ ()/-]{0,2}[0-9]){8,12})(?![ -]?[0-9]|[a-z])"
)
_DAY = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}|[0-9]{4}[/-][0-9]{1,2}[/-][0-9]")
# hotlines and other numbers that anybody may call, by digits and as they are written
_TOLL_FREE = re.compile(
    r"1?(?:8(?:00|33|44|55|66|77|88)|900)[0-9]{7}"
    r"|0(?:800|808|805|508)[0-9]{4,8}|1[38]00[0-9]{6}|18[06]0[0-9]{7}"
    r"|(?:44|49|33|31|32|41|43|27|61|64|55|81|82|91|86|90)0?(?:800|808|805|508|1800|1300)[0-9]{4,8}"
    r"|(?:39|34)(?:800|900)[0-9]{5,7}|800[0-9]{8}|(?:80[0138]|90[01])[0-9]{6}|[78]800[0-9]{7}"
    r"|0120[0-9]{6}|400[0-9]{7}"
)
_TOLL_FREE_WRITTEN = re.compile(
    r"0120-[0-9]{2,3}-[0-9]{3,4}|080-[0-9]{3,4}-[0-9]{4}|400[ -][0-9]{3,4}[ -][0-9]{3,4}"
)


def masked(text: str, kinds: Iterable[str], found: Callable[[str], None]) -> str:
    """Return a text with the personal data of some kinds as placeholders.

    Args:
        kinds: some of KINDS.
        found: is told the kind of each piece.
    """
    wanted, is_ascii = set(kinds), text.isascii()
    is_indic = not is_ascii and _INDIC.search(text) is not None

    def placed(kind: str, piece: str) -> str:
        if kind not in wanted:
            return piece
        found(kind)
        return f"[{kind.upper()}]"

    def number(match: re.Match[str]) -> str:
        piece = match.group(0).rstrip(" ")
        kind = _kind_of_number(piece, is_ascii, is_indic)
        return placed(kind, piece) if kind else match.group(0)

    def told(match: re.Match[str]) -> str:
        before, piece = match.groups()
        return before + (placed("phone", piece) if _is_told_phone(piece) else piece)

    def host(match: re.Match[str]) -> str:
        piece = match.group(0)
        return piece if _NO_HOST.search(piece) else placed("ip", piece)

    def mail(match: re.Match[str]) -> str:
        piece = match.group(0)
        return piece if _NO_EMAIL.search(piece) else placed("email", piece)

    if "@" in text:
        text = _EMAIL.sub(mail, text)
    if text.count(".") >= 3:
        text = _HOST.sub(host, text)
    if text.count(":") >= 2:
        text = _HOST_6.sub(lambda match: placed("ip", match.group(0)), text)
    return _NUMBER.sub(number, _TOLD.sub(told, text))


def _kind_of_number(piece: str, is_ascii: bool, is_indic: bool) -> str | None:
    digits = re.sub(r"[^0-9]", "", piece)
    if _CARD.fullmatch(piece) and digits[0] in "3456" and len(set(digits)) > 1 and _luhn(digits):
        return "card"
    if not 8 <= len(digits) <= 15 or _is_public(piece, digits):
        return None
    is_mobile = (not is_ascii and _CHINESE_MOBILE.fullmatch(piece)) or (
        is_indic and _INDIAN_MOBILE.fullmatch(piece)
    )
    return "phone" if is_mobile or _PHONE.fullmatch(piece) else None


def _is_told_phone(piece: str) -> bool:
    """Say whether a number behind a word of telephoning is somebody's own, and no day."""
    return not _DAY.match(piece) and not _is_public(piece, re.sub(r"[^0-9]", "", piece))


def _is_public(piece: str, digits: str) -> bool:
    """Say whether a number is one that anybody may call: toll-free, or that of a helpline."""
    if _TOLL_FREE.fullmatch(digits) or _TOLL_FREE_WRITTEN.fullmatch(piece):
        return True
    return any(
        digits.endswith(known) and len(digits) <= len(known) + 4 for known in helpline_digits()
    )


def _luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def masked_all(value: Any, kinds: Iterable[str], found: Callable[[str], None]) -> Any:
    """Return a decoded JSON value with each text in it masked; names of fields stay."""
    if isinstance(value, str):
        return masked(value, kinds, found)
    if isinstance(value, Mapping):
        return {key: masked_all(one, kinds, found) for key, one in value.items()}
    if isinstance(value, list):
        return [masked_all(one, kinds, found) for one in value]
    return value
