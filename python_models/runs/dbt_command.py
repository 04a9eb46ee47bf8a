"""How this product calls dbt: in the project folder, with what `.env` says in its environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ingestion.lakehouse import lock
from ingestion.lakehouse.dbt_environment import (
    DBT,
    DBT_FOLDER,
    DBT_WARM,
    NOT_BEGUN,
    environment,
    target_folder,
)
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
    lent, descriptors = lock.lent()
    known = _told(extra) | lent
    done = subprocess.run(command, cwd=DBT_FOLDER, env=known, pass_fds=descriptors, check=False)
    return done.returncode


def _told(extra: Mapping[str, str] | None) -> dict[str, str]:
    """Return the environment of a dbt whose phases are shown, or all of it."""
    return ({} if os.environ.get("VERBOSE") else _BRIEF) | environment(extra)


class WarmDbt:
    """A dbt that reads the project beside what is done before a build, and then builds.

    To import dbt and read the project takes a core for three seconds, the first time for as long
    as landing a demo does. It writes into dbt's target folder, no more. Where that is in the lake,
    which is first written to by what lands in it, and where what a build is told decides how the
    project is read, none is started.

    Args:
        variables: those of the build; dbt reads the project anew for others.
        is_wanted: else a build is a process that is started for it.
    """

    def __init__(self, variables: Mapping[str, str], *, is_wanted: bool = True) -> None:
        folder = target_folder()
        self._is_first = not (folder / _PARSED).exists()
        self._process: subprocess.Popen[str] | None = None
        self._lent, descriptors = lock.lent()
        if not is_wanted or folder.is_relative_to(lake().root):
            return
        command = [*DBT_WARM, *variables_argument(variables)]
        told = {"DBT_QUIET": "1", "DBT_LOG_PATH": str(folder), "DBT_LOG_LEVEL_FILE": "none"}
        self._process = subprocess.Popen(
            command, cwd=DBT_FOLDER, env=environment(told), pass_fds=descriptors,
            stdin=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> WarmDbt:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End it, when it was told nothing; a first parse that nothing stopped is finished."""
        process, self._process = self._process, None
        if process:
            if kind is not None or not self._is_first:
                process.terminate()
            process.communicate()

    def dbt(self, arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
        """Run a dbt command, as `dbt` does, in the process that has read the project, once."""
        lent, _ = lock.lent()
        if lent != self._lent:  # a descriptor is lent to a process when it starts
            self.__exit__(None)
        process, self._process = self._process, None
        if process is None:
            return dbt(arguments, extra)
        require_agreement(lake().root)
        told = {"arguments": list(arguments), "environment": _told(extra) | lent}
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError), process.stdin as telling:
                telling.write(json.dumps(told))
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        # of a project that cannot be read, the next one says why
        return dbt(arguments, extra) if code == NOT_BEGUN else code


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
