"""What readers see must not shrink behind their backs: who may take something away from `latest`.

A release node, a rollback and forgetting (retention) move readers to another state on purpose.
Everything else only writes the same release anew, with `ops`, `llm` and the rejects as of now.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.lakehouse.lake import lake


class WouldDrop(RuntimeError):
    """A command that publishes nothing would take something from readers; it says what."""


def refuse_loss(file: Path) -> None:
    """Refuse to point `latest` to a file that shows less than the one readers see now.

    Args:
        file: the release file that was just written, under its unfinished name.

    Raises:
        WouldDrop: it is another release, lacks a table or knows of fewer runs or releases.
    """
    shown = lake().latest
    if not shown.exists():
        return
    lost = _lost(shown.resolve(), file)
    if lost:
        raise WouldDrop(
            f"Readers see {shown.resolve().name}; what was to be shown instead {lost}. `latest` "
            "stays where it is: only a build that publishes, `make release-rollback` or "
            "`make retention` may take something from it. `make doctor` says what is wrong with "
            "the lake, `make repair` mends it."
        )


def _lost(before: Path, after: Path) -> str | None:
    numbers = [_number(path) for path in (before, after)]
    if numbers[0] != numbers[1]:
        return f"is release {numbers[1]} and not {numbers[0]}"
    (views, runs, releases), (new_views, new_runs, new_releases) = _held(before), _held(after)
    if missing := sorted(views - new_views):
        return f"has no {', '.join(missing)}"
    if new_runs < runs:
        return f"knows {new_runs} runs instead of {runs}"
    if new_releases < releases:
        return f"knows {new_releases} releases instead of {releases}"
    return None


def _number(file: Path) -> int:
    return int(file.name.lstrip(".").split("-")[1])


def _held(file: Path) -> tuple[set[str], int, int]:
    """Return a release file's tables, and how many runs and releases it knows."""
    with duckdb.connect(str(file), read_only=True) as connection:
        views = connection.execute(
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
        counts = connection.execute(
            "select (select count(*) from ops.runs), (select count(*) from ops.releases)"
        ).fetchone()
    assert counts is not None
    return {name for (name,) in views}, counts[0], counts[1]
