"""Declares a set merged of others: `make merge SETS=a,b | DATASETS=c,d POLICY= NAME=`."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from ingestion.conversations.named_sets import GRAMMAR, POLICIES, declared_sets, merges
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from ingestion.landing.declarations import DeclarationError


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
    target = merges() / f"{name}.yml"
    others = {key: one for key, one in declared_sets().items() if one.origin != target}
    if name in others:
        raise DeclarationError(f"{name!r} is declared in {others[name].origin}; choose another")
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_suffix(".new")
    try:
        making.write_text(yaml.safe_dump(wanted, sort_keys=False), encoding="utf-8")
        GRAMMAR.read(making)
        making.replace(target)
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
