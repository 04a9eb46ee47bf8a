"""What of a text is secret: values as they stand, as programs echo them, and in addresses.

A value comes back from servers and libraries in other spellings than it was set: escaped in an
address, in JSON or HTML, in base64 as part of something longer. Each spelling is a secret too.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from ingestion.lakehouse.escaped_secrets import SHORTEST, without_escaped
from ingestion.lakehouse.request_extras import secrets_of_headers

HIDDEN = "***"
_ESCAPE = "a password's signs have to be escaped: @ as %40, / as %2F, ? as %3F, # as %23"
_MARKS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS")
_SHORTEST_GUESSED = 8  # of what is only taken for a secret by its name or place
# as passwords they protect nothing; as words they stand in any text
_PLAIN_WORDS = {"password", "postgres"}
# scheme://name:password@host: a password may hold what an address must not, but no blank or /
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<who>[^/?#\s\"'<>@]*@)+")
# user:pass/word@host, but not host:8080/@name
_UNESCAPED = re.compile(r"^\s*[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s@]*:(?!\d+[/?#])[^@]*@")
# what of an address is secret after its ?: `?user=me&password=..`, `?token=..`, `;PWD=..`
_PARAMETER = re.compile(
    r"(?P<name>[?&;#](?:[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key"
    r"|credential|signature)[\w.-]*|pass|pwd|sig|auth|key)=)(?P<value>[^&;#\s\"'<>]+)",
    re.IGNORECASE,
)
_MAY_BE_A_WORD = "key="  # in any text; in an address of ours it is a secret
_ADDRESSES = ("PROXY", "URL", "URI", "ENDPOINT", "ADDRESS", "SERVER", "DSN")
_LOOSE = re.compile(r"^\s*(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<who>.*)@", re.DOTALL)


def holds_credentials(address: str) -> bool:
    """Say whether an address has a name or a password before its host, escaped or not."""
    return bool(_ADDRESS.search(address) or _UNESCAPED.match(address))


def refuse_unescaped(address: str) -> None:
    """Refuse a password with signs that end one: programs take the rest for a host, aloud.

    Raises:
        ValueError: it has some; says how they are escaped.
    """
    found = _UNESCAPED.match(address)
    who = address.rpartition("@")[0].partition("://")[2] if found else ""
    if any(sign in who for sign in "@/?#"):
        raise ValueError(_ESCAPE)


def holds_secret_parameter(address: str) -> bool:
    """Say whether an address has a key, a token or a password after its `?`."""
    return bool(_PARAMETER.search(address))


def without_credentials(text: str) -> str:
    """Return a text in which no address has a name or password: `https://***@host/path`."""
    if "@" in text:
        text = _ADDRESS.sub(r"\g<scheme>***@", text)
    return _PARAMETER.sub(_hidden, text) if "=" in text else text


def _hidden(parameter: re.Match[str]) -> str:
    is_word = parameter["name"][1:].lower() == _MAY_BE_A_WORD
    return parameter[0] if is_word else parameter["name"] + HIDDEN


def passwords(address: str) -> set[str]:
    """Return what is secret in one address: the password, and a name that stands alone (a token).

    A password that is not escaped may hold `/`, `?` and `@`: it ends at the last `@`.
    """
    found = set()
    for text in {address, unquote_plus(address)}:  # an ODBC address has its own escaped inside
        for parameter in _PARAMETER.finditer(text):
            found |= {parameter["value"], unquote_plus(parameter["value"])}
    loose = _LOOSE.match(address) if _UNESCAPED.match(address) else None
    for match in (_ADDRESS.search(address), loose):
        if match:
            who = match[0].removeprefix(match["scheme"]).lstrip().removesuffix("@")
            name, colon, password = who.partition(":")
            if colon:
                found |= {password, unquote(password)}
            elif match["scheme"].startswith("http"):
                found |= {name, unquote(name)}
    return {one for one in found if len(one) >= _SHORTEST_GUESSED} - _PLAIN_WORDS


def secrets_among(variables: Mapping[str, str | None]) -> set[str]:
    """Return the secrets among variables: those named as such, and passwords of addresses."""
    found: set[str] = set()
    for name, value in variables.items():
        if not value:
            continue
        if len(value) >= _SHORTEST_GUESSED and any(mark in name.upper() for mark in _MARKS):
            found.add(value)
        if "://" in value:
            found |= passwords(value)
        elif "@" in value and name.upper().endswith(_ADDRESSES):
            found |= passwords(f"http://{value}")
        if name.upper().endswith(("EXTRA_HEADERS", "EXTRA_QUERY")):
            found |= secrets_of_headers(value)
    return found


@lru_cache(maxsize=64)
def spellings(values: frozenset[str]) -> tuple[str, ...]:
    """Return every spelling of these secrets that is searched for, the longest first."""
    found = {
        spelling
        for value in values
        if len(value) >= SHORTEST
        for spelling in _spellings_of(value)
        if len(spelling) >= SHORTEST
    }
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def scrubbed(text: str, values: Iterable[str]) -> str:
    """Return a text in which each of these spellings is replaced by `***`."""
    for value in values:
        if value in text:
            text = text.replace(value, HIDDEN)
    return text


def without_secrets(text: str, secrets: frozenset[str]) -> str:
    """Return a text in which each secret, however it is spelled, is replaced by `***`."""
    return without_escaped(scrubbed(text, spellings(secrets)), secrets, HIDDEN)


def _spellings_of(value: str) -> set[str]:
    """A value, escaped once and twice, and what base64 and hexadecimal make of it."""
    once = {value} | _escaped(value)
    found = once | {twice for one in once for twice in _escaped(one)}
    data = value.encode("utf-8", "surrogatepass")
    found |= {data.hex(), data.hex().upper()}
    for shift in range(3):
        found |= _in_base64(data, shift)
    return found


def _escaped(value: str) -> set[str]:
    lower = re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quote(value, safe=""))
    as_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    return {
        *(quote(value, safe=safe) for safe in ("", "/", "/:@!$&'()*+,;=~")),
        quote_plus(value),
        lower,
        *as_json,
        *(one.replace("/", "\\/") for one in as_json),
        html.escape(value),
        html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        repr(value)[1:-1],
    }


def _in_base64(data: bytes, shift: int) -> set[str]:
    """The characters that a value gives wherever it begins inside what was encoded."""
    whole = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
    core = whole[-(-shift * 8 // 6) :]  # the first ones hold bits of what stands before
    if (shift + len(data)) % 3:
        core = core[:-1]  # the last one holds bits of what comes after
    return {core, core.replace("+", "-").replace("/", "_")}
