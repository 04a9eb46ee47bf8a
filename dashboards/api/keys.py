"""API keys: made once, shown once, kept as a hash; what each may do and see.

`python -m dashboards.api.keys make|list|revoke` are `make api-key`, `api-keys`, `api-key-revoke`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit, say
from ingestion.lakehouse.settings import told
from ingestion.lakehouse.tiers import TIERS, WHOLE, highest

SCOPES = ("read", "run", "write", "spend", "admin")
_KEY = re.compile(r"slu_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_USED_SECONDS = 60  # how often the time of the last use is written down


class KeyRefused(ValueError):
    """A key cannot be made or found as it was asked for; the message says why."""


@dataclass(frozen=True)
class Caller:
    """Who asks: the public prefix of the key, its name, and what it allows."""

    prefix: str
    name: str
    scopes: frozenset[str]
    tiers: frozenset[str]

    @property
    def tier(self) -> str | None:
        """The strictest tier it sees with all those before it; None without the first."""
        return highest(self.tiers)

    @property
    def sees_all(self) -> bool:
        """Whether rows of every tier are for it."""
        return self.tier == WHOLE


def make_key(name: str, scopes: list[str], tiers: list[str], days: int) -> str:
    """Make a key and return it; nothing but its hash is kept.

    Raises:
        KeyRefused: a scope or tier is not known, or the name or the days make no sense.
    """
    _known("scope", scopes, SCOPES)
    _known("tier", tiers, TIERS)
    if not name.strip() or days < 1:
        raise KeyRefused("A key needs a name and at least one day: NAME=reports DAYS=90.")
    prefix = secrets.token_hex(6)
    key = f"slu_{prefix}_{secrets.token_urlsafe(32)}"
    row = {
        "prefix": prefix,
        "key_hash": _hash(key),
        "name": name.strip(),
        "scopes": " ".join(sorted(set(scopes))),
        "tiers": " ".join(sorted(set(tiers))),
        "created_at": journal.now(),
        "expires_at": _instant(datetime.now(UTC) + timedelta(days=days)),
        "revoked_at": None,
        "last_used_at": None,
    }
    journal.put("api_keys", [row])
    return key


def caller_of(key: str) -> Caller | None:
    """Return who a key belongs to; None when it is unknown, revoked or has run out."""
    named = _KEY.fullmatch(key)
    found = journal.rows("select * from api_keys where prefix = ?", (named[1],)) if named else []
    # compared whether there is such a prefix or not: the time it takes tells nothing
    is_right = hmac.compare_digest(found[0]["key_hash"] if found else _hash(""), _hash(key))
    if not found or not is_right:
        return None
    row, now = found[0], journal.now()
    if row["revoked_at"] or row["expires_at"] <= now:
        return None
    _note_use(row, now)
    return Caller(
        row["prefix"],
        row["name"],
        frozenset(row["scopes"].split()),
        frozenset(row["tiers"].split()),
    )


def is_valid(prefix: str) -> bool:
    """Say whether a key that was right a moment ago still is."""
    return bool(
        journal.rows(
            "select 1 from api_keys where prefix = ? and revoked_at is null and expires_at > ?",
            (prefix, journal.now()),
        )
    )


def revoke(prefix: str) -> None:
    """Let a key end now.

    Raises:
        KeyRefused: there is none with this prefix.
    """
    wanted = prefix.removeprefix("slu_").partition("_")[0]
    if not journal.rows("select 1 from api_keys where prefix = ?", (wanted,)):
        raise KeyRefused(f"No key begins with {wanted!r}; `make api-keys` lists them.")
    journal.change("api_keys", {"prefix": wanted}, {"revoked_at": journal.now()})


def listed() -> list[dict[str, Any]]:
    """Return what is known of every key, the newest first; never a key or its hash."""
    return journal.rows(
        "select prefix, name, scopes, tiers, created_at, expires_at, revoked_at, last_used_at"
        " from api_keys order by rowid desc"
    )


def _note_use(row: dict[str, Any], now: str) -> None:
    last = row["last_used_at"]
    earlier = _instant(datetime.now(UTC) - timedelta(seconds=_USED_SECONDS))
    if last is None or last < earlier:
        journal.change("api_keys", {"prefix": row["prefix"]}, {"last_used_at": now})


def _known(what: str, given: list[str], known: tuple[str, ...]) -> None:
    wrong = [one for one in given if one not in known]
    if wrong or not given:
        raise KeyRefused(
            f"{', '.join(wrong) or 'None'} is no {what}; there are: {', '.join(known)}."
        )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]


def main(arguments: list[str] | None = None) -> int:
    """Make, list or revoke keys; returns the exit code."""
    parser = Arguments(prog="python -m dashboards.api.keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make")
    make.add_argument("--name", default="")
    make.add_argument("--scopes", type=_words, default=["read"])
    make.add_argument("--tiers", type=_words, default=["open"])
    make.add_argument("--days", type=int, default=90)
    commands.add_parser("list").add_argument("--json", action="store_true")
    commands.add_parser("revoke").add_argument("prefix")
    options = parser.parse_args(arguments)
    try:
        if options.command == "make":
            key = make_key(options.name, options.scopes, options.tiers, options.days)
            say(f"{key}\nThis is the only time it is shown; the lake keeps its hash.")
        elif options.command == "list":
            emit(listed(), options.json, empty="No key yet: make api-key NAME=.. SCOPES=read")
        else:
            revoke(options.prefix)
            say(f"Key {options.prefix} is revoked.")
    except KeyRefused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
