"""Declares a set merged of others: `make merge SETS=a,b | DATASETS=c,d POLICY= NAME=`."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ingestion.conversations.named_sets import GRAMMAR, POLICIES, declared_sets, merges
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from ingestion.landing.declarations import DeclarationError


class NameTaken(DeclarationError):
    """Another set has the name."""


def declare(name: str, sets: str, datasets: str, policy: str, tiers: str) -> Path:
    """Write the declaration of a merged set into the lake; an older one of its name goes.

    Raises:
        DeclarationError: it cannot be declared so; says why, and nothing is written.
    """
    wanted = {
        "set": name,
        "description": f"Merged of {sets or datasets}.",
        "sets": _listed(sets),
        "datasets": _listed(datasets),
        "policy": policy,
        "tiers": _listed(tiers),
        "min_grade": "any",
    }
    if bool(wanted["sets"]) == bool(wanted["datasets"]):
        raise DeclarationError("Name what is merged: SETS=a,b or DATASETS=a,b")
    return declare_set(wanted, replaces=True)


def declare_set(wanted: Mapping[str, Any], *, replaces: bool = False) -> Path:
    """Write the declaration of a set into the lake; the same one again changes nothing.

    Args:
        wanted: what `named_sets.NamedSet` holds.
        replaces: an older one of its name that lies there goes.

    Raises:
        NameTaken: another set has the name.
        DeclarationError: it cannot be declared so; says why, and nothing is written.
    """
    name, known = str(wanted["set"]), declared_sets()
    target = merges() / f"{name}.yml"
    if name in known and known[name].origin != target:
        raise NameTaken(f"{name!r} is declared in {known[name].origin}; choose another")
    text = yaml.safe_dump(dict(wanted), sort_keys=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_name(f"{name}.{secrets.token_hex(4)}.new")
    try:
        making.write_text(text, encoding="utf-8")
        GRAMMAR.read(making)
        if replaces:
            making.replace(target)
            return target
        try:
            os.link(making, target)  # fails where there is one: of two at once, one is first
        except FileExistsError:
            if target.read_text(encoding="utf-8") != text:
                raise NameTaken(f"There is another set of the name {name!r}.") from None
    finally:
        making.unlink(missing_ok=True)
    return target


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def main(arguments: list[str] | None = None) -> int:
    """Declare one merged set; returns the exit code (1: refused, nothing was written)."""
    parser = Arguments(prog="python -m python_models.conversations.merge", description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--sets", default="", help="sets, separated by commas")
    parser.add_argument("--datasets", default="", help="datasets, separated by commas")
    parser.add_argument("--policy", choices=POLICIES, default=POLICIES[0])
    parser.add_argument("--tiers", default="open", help="tiers that are looked at")
    options = parser.parse_args(arguments)
    try:
        target = declare(
            options.name, options.sets, options.datasets, options.policy, options.tiers
        )
    except (DeclarationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{options.name} is declared in {target}; the next build makes it.\n")
    return 0


if __name__ == "__main__":
    sys.exit(told(main))
