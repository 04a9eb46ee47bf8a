"""How this product calls dbt: in the project folder, with what `.env` says in its environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ingestion.lakehouse import lock
from ingestion.lakehouse.dbt_environment import DBT, DBT_FOLDER, environment, target_folder
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import QUIET
from ingestion.lakehouse.settings import SettingsError

_PARSED = "partial_parse.msgpack"  # what dbt goes on from, in its target folder
_BRIEF = {"DBT_QUIET": "1", QUIET: "1"}
_TAKES = "What it takes is said by `dbt build --help`, such as ARGS=--full-refresh."


def dbt(arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Run a dbt command as a process of its own and return its exit code.

    A process of its own: what dbt keeps in memory is given back, and ending it ends the build
    without the caller. What is shown of it is a line a phase; with VERBOSE set, all that dbt says,
    and each statement is in its log.
    """
    require_agreement(lake().root)  # before dbt writes its log into it
    command = [*DBT, *arguments]
    told = {} if os.environ.get("VERBOSE") else _BRIEF
    lent, descriptors = lock.lent()
    known = told | environment(extra) | lent
    done = subprocess.run(command, cwd=DBT_FOLDER, env=known, pass_fds=descriptors, check=False)
    return done.returncode


@contextmanager
def parsed_meanwhile(variables: Mapping[str, str]) -> Iterator[None]:
    """Have dbt parse the project beside what is done before a build, where it never has.

    The first parse takes a core for as long as landing a demo does. It reads the project and
    writes into dbt's target folder, no more; of one that fails the build says why.

    Args:
        variables: those of the build; dbt parses anew for others.
    """
    folder = target_folder()
    # a lake is first written to by what lands in it
    if (folder / _PARSED).exists() or folder.is_relative_to(lake().root):
        yield
        return
    command = [*DBT, "parse", *variables_argument(variables)]
    told = {"DBT_QUIET": "1", "DBT_LOG_PATH": str(folder), "DBT_LOG_LEVEL_FILE": "none"}
    process = subprocess.Popen(
        command, cwd=DBT_FOLDER, env=environment(told), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait()


def variables_argument(variables: Mapping[str, str | None]) -> list[str]:
    """Return the `--vars` option for the values that are given."""
    given = {name: value for name, value in variables.items() if value}
    return ["--vars", json.dumps(given)] if given else []


def refuse_what_dbt_does_not_take(name: str, more: Sequence[str]) -> None:
    """Hold `ARGS=`, which dbt's command `name` gets, against what it takes, before anything runs.

    Raises:
        SettingsError: it takes no such argument, or another number of them.
    """
    if not more:
        return
    import click  # with dbt a second's import, for who hands something on
    from dbt.cli.main import cli

    command = cli.commands[name]
    try:
        _, rest, _ = command.make_parser(click.Context(command)).parse_args(list(more))
    except click.UsageError as error:
        raise SettingsError(f"ARGS: {error.format_message()} {_TAKES}") from None
    if rest:
        raise SettingsError(f"ARGS: {' '.join(map(str, rest))} belongs to no option. {_TAKES}")
