"""What a run is restricted to: products (`DOMAIN=`) and slices of them (`CONTROLS=`, `FROM=` ..).

Which slices there are is said by the products. A value that matches nothing is refused before
anything runs, with the list of what there is.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from ingestion.lakehouse.chosen import ENGINES, use_engine, use_mode
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import MODES, SettingsError
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.products import PRODUCTS, UnknownProduct, chosen_products
from ingestion.landing.registration import Product, Slice
from python_models.runs.raw_views import Pins, create_raw_views, current_pins

BUILT = "built."  # begins a table of the build database, attached so, in a slice's query
_SHOWN = 20
# words of make that a run takes besides slices
_OTHER_WORDS = ("ENGINE", "DOMAIN", "FORCE", "ACCEPT", "ARGS", "MODE", "VERBOSE", "SOURCE", "DATA")


class NothingMatches(SettingsError):
    """A restriction leaves nothing; the message lists what there is."""


@dataclass(frozen=True)
class Choice:
    """What a person restricts a run to."""

    domains: tuple[str, ...] = ()  # none: all products
    values: Mapping[str, str] = field(default_factory=dict)  # by slice, as typed

    @property
    def variables(self) -> dict[str, str]:
        """The dbt variables that say it."""
        return {
            one.variable: self.values[one.name]
            for product in chosen_products(self.domains)
            for one in product.slices
            if one.name in self.values
        }

    @property
    def selection(self) -> list[str]:
        """dbt's option that selects the products."""
        return ["--select", *self.domains] if self.domains else []


def slices() -> dict[str, list[Slice]]:
    """Return, by its word, what runs may be restricted to; products may share a word."""
    found: dict[str, list[Slice]] = {}
    for product in PRODUCTS.values():
        for one in product.slices:
            found.setdefault(one.name, []).append(one)
    return found


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that restrict a run to a command."""
    parser.add_argument("--domain", help=f"only these products: {', '.join(PRODUCTS)}")
    parser.add_argument("--mode", help="how files are read and questions asked", choices=MODES)
    parser.add_argument("--engine", help="what runs the SQL", choices=ENGINES)
    parser.add_argument("--typed", help=argparse.SUPPRESS)  # make's variables that were typed
    for name, ones in slices().items():
        parser.add_argument(f"--{name}", dest=_attribute(name), help=ones[0].help)


def choice_from(options: argparse.Namespace) -> Choice:
    """Return what options restrict a run to.

    Raises:
        SettingsError: a product, a slice or a date is not one.
    """
    typed = _typed(options)
    if mode := options.mode or typed.get("mode"):
        use_mode(mode)
    if engine := getattr(options, "engine", None) or typed.get("engine"):
        use_engine(engine)
    named = listed(options.domain or typed.get("domain"))
    try:
        domains = tuple(one.name for one in chosen_products(named)) if named else ()
    except UnknownProduct as error:
        raise SettingsError(f"DOMAIN: {error}") from None
    values = {
        name: value.strip()
        for name in slices()
        if (value := getattr(options, _attribute(name)) or typed.get(name) or "").strip()
    }
    choice = Choice(domains, values)
    _refuse_left_out(choice)
    _refuse_no_days(choice)
    return choice


def refuse_unknown(choice: Choice, ahead: Path | None = None) -> bool:
    """Hold every value against what there is; returns whether there was something to hold it
    against: before the first landing there is not.

    Args:
        choice: what a run is restricted to.
        ahead: folder of rows that it would land first; see `rows_ahead`.

    Raises:
        NothingMatches: a value matches nothing.
    """
    if not choice.values:
        return True
    with _Lists(ahead) as lists:
        checked = [_refuse_value(choice, name, lists) for name in choice.values]
    return all(checked)


def listed(text: str | None) -> list[str]:
    """Return the parts of a text that commas separate; one within a part is written `\\,`."""
    parts = re.split(r"(?<!\\),", text or "")
    return [part.strip().replace("\\,", ",") for part in parts if part.strip()]


def _attribute(name: str) -> str:
    return f"slice_{name}"


def _typed(options: argparse.Namespace) -> dict[str, str]:
    """Return what was typed on make's command line: {word in lower case: value}.

    make hands such variables over in the environment. What happens to be there by itself
    restricts nothing, which is why make also says what was typed.
    """
    names = (options.typed or "").split()
    known = [*(name.upper() for name in slices()), *_OTHER_WORDS]
    for name in names:
        near = difflib.get_close_matches(name, known, 1, 0.75)
        if name not in known and near:
            raise SettingsError(f"There is no {name}=; {near[0]}= is meant, or leave it out.")
    return {name.lower(): os.environ.get(name, "") for name in names}


def restricted_products(choice: Choice) -> list[str]:
    """Return the products that the slices of a run restrict."""
    found = (_restricted(choice, name) for name in choice.values)
    return sorted({product.name for ones in found for product, _ in ones})


def _restricted(choice: Choice, name: str) -> list[tuple[Product, Slice]]:
    return [
        (product, one)
        for product in chosen_products(choice.domains)
        for one in product.slices
        if one.name == name
    ]


def _refuse_left_out(choice: Choice) -> None:
    for name in choice.values:
        if not _restricted(choice, name):
            having = [one.name for one in PRODUCTS.values() if name in _names(one.slices)]
            raise SettingsError(
                f"{name.upper()}= restricts {', '.join(having)}, which "
                f"DOMAIN={','.join(choice.domains)} leaves out. Leave one of the two away."
            )


def _names(ones: Iterable[Slice]) -> list[str]:
    return [one.name for one in ones]


def _refuse_no_days(choice: Choice) -> None:
    days = {}
    for name, ones in slices().items():
        if ones[0].kind != "values" and name in choice.values:
            try:
                days[ones[0].kind] = date.fromisoformat(choice.values[name])
            except ValueError:
                raise SettingsError(
                    f"{name.upper()}={choice.values[name]} is no day; write it as 2025-01-31."
                ) from None
    if len(days) == 2 and days["first_day"] > days["last_day"]:
        raise NothingMatches(
            f"FROM={days['first_day']} lies after TO={days['last_day']}: there is no day between."
        )


def _refuse_value(choice: Choice, name: str, lists: _Lists) -> bool:
    """Hold one slice's value against what its products list; see `refuse_unknown`."""
    ones = [one for _, one in _restricted(choice, name)]
    rows = lists.all(query for one in ones for query in one.known)
    if ones[0].kind != "values":
        return _refuse_day(name, ones[0], choice.values[name], rows)
    named = lists.all(query for one in ones for query in one.names)
    names, ids = (
        sorted({str(row[0]) for row in one if row[0] is not None}) for one in (named, rows)
    )
    unknown = [one for one in listed(choice.values[name]) if one not in {*names, *ids}]
    if unknown and ids:
        raise NothingMatches(_message(name, unknown, [*names, *ids]))
    return bool(ids or names) and not unknown


def _refuse_day(name: str, one: Slice, value: str, rows: list[tuple]) -> bool:
    spans = [(row[0], row[1]) for row in rows if row[0] is not None and row[1] is not None]
    if not spans:
        return False
    first, last = min(span[0] for span in spans).date(), max(span[1] for span in spans).date()
    day = date.fromisoformat(value)
    if (one.kind == "first_day" and day > last) or (one.kind == "last_day" and day < first):
        raise NothingMatches(f"{name.upper()}={value} leaves no day: there are {first} to {last}.")
    return True


def _message(name: str, unknown: list[str], known: list[str]) -> str:
    near = [hit for one in unknown for hit in difflib.get_close_matches(one, known, 3, 0.6)]
    shown = list(dict.fromkeys([*near, *known]))[:_SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    if any("," in one for one in known):
        more += r" (a comma within a name is written \,)"
    return (
        f"{name.upper()}={','.join(unknown)} matches nothing. There are: {', '.join(shown)}{more}."
        "\nWhat was delivered but has not landed yet counts after `make land`."
    )


class _Lists:
    """Answers what there is, over the raw tables and over what was built last."""

    def __init__(self, ahead: Path | None = None) -> None:
        self._ahead = ahead

    def __enter__(self) -> _Lists:
        self._session = connect_duckdb()
        self._pins: Pins | None = None
        self._is_attached = False
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def all(self, queries: Iterable[str]) -> list[tuple]:
        """Return the rows of several queries."""
        return [row for query in queries for row in self.rows(query)]

    def rows(self, query: str) -> list[tuple]:
        """Return the rows of a query; none when nothing was built yet."""
        if BUILT not in query:
            self._show_raw(query)
            return self._session.execute(query).fetchall()
        if not lake().build_db.exists():
            return []
        try:
            self._attach_built()
            return self._session.execute(query).fetchall()
        except (duckdb.CatalogException, duckdb.IOException):
            return []  # never built, or somebody builds now: the run itself waits for that

    def _show_raw(self, query: str) -> None:
        self._pins = current_pins() if self._pins is None else self._pins
        create_raw_views(self._session, self._pins, self._ahead, query)

    def _attach_built(self) -> None:
        if not self._is_attached:
            path = literal(str(lake().build_db))
            self._session.execute(f"attach {path} as {BUILT.rstrip('.')} (read_only)")
            self._is_attached = True
