"""A dbt that has read the project before it is told what to build.

`python -m python_models.runs.dbt_warm [--vars ..]` parses, says nothing of it, and waits for JSON
on its standard input, to the end of that: `{"arguments": [..], "environment": {..}}`. On these it
runs dbt, as `dbt_main` does. Told nothing it ends, and of a project that cannot be read: the dbt
that is started in its place says why.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from dbt.cli.main import cli, dbtRunner

from ingestion.lakehouse.dbt_environment import NOT_BEGUN
from ingestion.landing.products import PRODUCTS
from python_models.runs.dbt_main import prepare
from python_models.runs.dbt_overhead import end_at_once
from python_models.runs.jinja_code import keep_code

# what a build imports where it is first used, while its other threads wait; products name theirs
_USED_BY_BUILDS = (
    "pandas",
    "python_models.runs.dbt_plugin",
    "python_models.release.publish",
    "pyiceberg.catalog.sql",
    "pyiceberg.io.pyarrow",
    "python_models.llm.run",
    "openai",
)
# used where a promise is broken alone: imported when there is time for it
_SELDOM_USED = ("expectations.engine",)


def main() -> int:
    """Parse, wait, build; returns the exit code of a dbt that has not begun to build."""
    prepare()
    kept = keep_code()
    try:
        with _silent():
            parsed = dbtRunner().invoke(["parse", *sys.argv[1:]])
            kept.save()
            if not parsed.success:
                return NOT_BEGUN
            _import_meanwhile()
        told = sys.stdin.read()  # to its end
    except KeyboardInterrupt:
        return 130
    try:
        if told:
            _build(json.loads(told), parsed.result)
    finally:
        kept.save()
    return NOT_BEGUN


def _import_meanwhile() -> None:
    """Import what builds use, until this process is told to build."""
    own = [name for product in PRODUCTS.values() for name in product.slow_imports]
    for name in (*_USED_BY_BUILDS, *own, *_SELDOM_USED):
        if select.select([sys.stdin], [], [], 0)[0]:
            return
        import_module(name)


def _build(told: dict[str, Any], manifest: Any) -> None:
    """Run dbt on what this process was told, as if it had been started with it."""
    os.environ.clear()
    os.environ.update(told["environment"])
    sys.argv[1:] = told["arguments"]
    cli.main(told["arguments"], prog_name="dbt", obj={"manifest": manifest})


@contextmanager
def _silent() -> Iterator[None]:
    """Let nothing be said, by Python or below it."""
    sys.stdout.flush()
    said = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    try:
        yield
    finally:
        sys.stdout.flush()
        for number, kept in enumerate(said, start=1):
            os.dup2(kept, number)
            os.close(kept)
        os.close(nowhere)


if __name__ == "__main__":
    try:
        code = main()
    finally:
        end_at_once()
    raise SystemExit(code)
