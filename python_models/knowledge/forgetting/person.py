"""Who a person is, by everything that names them, and what of the lake they wrote.

Names that nobody else bears and their accounts are masked wherever they stand; names that others
bear too, and first names, only where a document is known to mean this person.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field

import duckdb

from ingestion.lakehouse.sql_text import list_of

# shown as tables of these names; see `Plan`
READ = {
    "entities": "entity_id, name, type",
    "entity_aliases": "entity_id, kind, alias",
    "authored": "object_id, authors",
}
_WORDS = re.compile(r"[^\W_]+")
_ALONE = re.compile(r"[\s.@_\d-]")  # what is not one plain word


class NobodySo(LookupError):
    """No person of the lake is called so, or several are; the message says which."""


@dataclass
class Person:
    """Everything that names somebody."""

    entities: list[str]
    everywhere: list[str]  # nobody else is meant by these
    here: list[str]  # all names, for documents that are known to mean them
    accounts: list[str]  # strong ids
    objects: list[str] = field(default_factory=list)  # that they wrote, or that are about them
    quoted: list[str] = field(default_factory=list)  # lines of theirs in what others wrote

    @property
    def called(self) -> set[str]:
        """Return what they alone are called, in no case."""
        return {one.casefold() for one in (*self.accounts, *self.everywhere)}

    @property
    def masked(self) -> list[str]:
        """Return what is masked wherever it stands."""
        return sorted({*self.everywhere, *self.quoted})

    @property
    def words(self) -> list[str]:
        """Return the words of their names as postings have them."""
        said = [one.partition("@")[0] for one in (*self.everywhere, *self.here)]
        folded = (unicodedata.normalize("NFKD", one.casefold()) for one in said)
        plain = ("".join(c for c in one if not unicodedata.combining(c)) for one in folded)
        return sorted({word for one in plain for word in _WORDS.findall(one)})


def person_of(session: duckdb.DuckDBPyConnection, name: str) -> Person:
    """Return a person by an id, a name or an account.

    Args:
        session: with the tables of `READ`, and `entity_mentions`.
        name: the id of a thing, a name, a mail address or an account.

    Raises:
        NobodySo: nobody is called so, or several are.
    """
    entity_id = _entity_of(session, name)
    rows = session.execute(
        "select kind, alias from entity_aliases where entity_id = $id"
        " union select 'name', name from entities where entity_id = $id"
        " union select 'name', name from entity_mentions where entity_id = $id",
        {"id": entity_id},
    ).fetchall()
    accounts = sorted({alias for kind, alias in rows if kind != "name" and alias})
    names = sorted({alias for kind, alias in rows if kind == "name" and len(alias or "") > 1})
    others = {
        one.casefold()
        for (one,) in session.execute(
            "select name from entity_mentions where entity_id <> $id and name <> ''"
            " union select alias from entity_aliases where entity_id <> $id and alias <> ''",
            {"id": entity_id},
        ).fetchall()
    }
    own = [one for one in names if _ALONE.search(one) and one.casefold() not in others]
    person = Person([entity_id], sorted({*own, *accounts}), names, accounts)
    person.objects = _written(session, person)
    return person


def _entity_of(session: duckdb.DuckDBPyConnection, name: str) -> str:
    people = session.execute(
        "select distinct entity_id from entities left join entity_aliases using (entity_id)"
        " where lower(type) = 'person' and (entity_id = $name or lower(name) = lower($name)"
        " or lower(alias) = lower($name)) order by 1",
        {"name": name},
    ).fetchall()
    if len(people) != 1:
        shown = ", ".join(one for (one,) in people[:5])
        raise NobodySo(
            f"Several people are called {name!r}: {shown}. Name one by the id or an account."
            if people
            else f"Nobody in the lake is called {name!r}; look for them with `make sql`: "
            "select entity_id, name from knowledge.entities where type = 'person'"
        )
    return str(people[0][0])


def _written(session: duckdb.DuckDBPyConnection, person: Person) -> list[str]:
    """Return the objects that are theirs alone: messages, documents, their account."""
    found = {
        object_id
        for object_id, authors in session.execute("select * from authored").fetchall()
        if (said := {one.casefold() for one in json.loads(authors or "[]")})
        and said <= person.called
    }
    if person.accounts:
        accounts = list_of(person.accounts)
        found |= {
            object_id
            for (object_id,) in session.execute(
                "select sightings.object_id from sightings inner join messages"
                " using (source, native_id)"
                f" where list_contains({accounts}, messages.author)"
                " union select object_id from sightings where kind = 'user'"
                f" and list_contains({accounts}, split_part(native_id, '/', -1))"
            ).fetchall()
        }
    return sorted(found)


def meant_in(session: duckdb.DuckDBPyConnection, person: Person) -> set[str]:
    """Return the objects, and the parts of talks, that are known to mean them."""
    rows = session.execute(
        "select distinct object_id from entity_mentions where entity_id = ?", person.entities
    ).fetchall()
    objects = {object_id for (object_id,) in rows}
    parts = session.execute("select object_id, made_from from documents").fetchall()
    return objects | {
        part for name, made in parts if name in objects for part in json.loads(made or "[]")
    }


def objects_in(session: duckdb.DuckDBPyConnection, blobs: set[str]) -> set[str]:
    """Return the objects that stand in some blobs."""
    rows = session.execute("select distinct blob_hash, object_id from sightings").fetchall()
    return {object_id for blob, object_id in rows if blob in blobs}
