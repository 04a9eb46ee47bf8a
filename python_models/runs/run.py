"""What `make run` and `make build` do: demo data, landing, build, and what came of it.

A product that would find the same raw snapshots, the same project and the same settings as its
last complete and successful build stands as it is; where all do, a run says so and ends.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from rich.console import Console

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import filled, say
from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError, settings
from ingestion.landing.products import chosen_products
from ingestion.landing.registration import Product, loaded
from ingestion.landing.source import RUN_ID
from ingestion.landing.web.begun import begun_run
from python_models.release.run_states import record_not_started
from python_models.runs import asked, duration, lake_growth, nothing_new, slices, summary
from python_models.runs.ahead import rows_ahead
from python_models.runs.dbt_command import (
    WarmDbt,
    dbt,
    refuse_what_dbt_does_not_take,
    variables_argument,
)
from python_models.runs.invocation import BEGIN_VARIABLE, new_run_id
from python_models.runs.slices import Choice
from python_models.runs.spark.servers import require_installed, require_told

# exit codes of a landing after which the rest is built: others landed, some was refused
GOES_ON = (0, 1, 4)

# unit tests are for who changes the project: `make test`
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")

console = Console(highlight=False, soft_wrap=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the pipeline; returns the exit code of the step that failed, or 0."""
    parser = Arguments(prog="python -m python_models.runs.run", description=__doc__)
    parser.add_argument(
        "--demo", action="store_true", help="make demo data when there is no source"
    )
    parser.add_argument("--build-only", action="store_true", help="build what has landed already")
    slices.add_options(parser)
    parser.add_argument(
        "--accept", help="deliveries (load ids) that a gate holds up and a person lets pass"
    )
    parser.add_argument("--force", action="store_true", help="build even when nothing is new")
    options, more = parser.parse_known_args(arguments)
    try:
        choice = slices.choice_from(options)
        refuse_what_dbt_does_not_take("build", more)
        if settings().sluice_engine == "spark":
            require_installed()
            require_told()
        return _run(options, choice, more)
    except lock.LakeLocked as error:
        command = " ".join(["run", *(arguments if arguments is not None else sys.argv[1:])])
        record_not_started(new_run_id(), command, str(error))
        sys.stderr.write(f"{error}\nThis run did not start.\n")
        return 2
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. `make resume` goes on where it was.\n")
        return 130


def _run(options: argparse.Namespace, choice: Choice, more: Sequence[str]) -> int:
    require_agreement(lake().root)
    is_checked = _refuse_unknown(choice, is_landing=not options.build_only)
    for product in chosen_products(choice.domains):
        if product.may_run:
            loaded(product.may_run)(choice.values)
    if found := lock.holder():
        if settings().sluice_lock_wait_seconds:
            console.print(f"Waiting for process {found.pid} (`{found.command}`)")
        # what lands now would wait for the next run: a landing begins when its build can
        lock.acquire()  # waits, or says who holds it and raises
        lock.release()
    if not duration.has_built():
        say(filled(duration.first_run(choice.domains)))
    run_id, before = _run_id(choice), lake_growth.lake_bytes()
    with asked.noted(run_id, _again(options, choice, more)) as forget:
        is_warm = not (options.build_only or more or settings().sluice_engine == "spark")
        with WarmDbt(_variables(choice, options.accept), is_wanted=is_warm) as warm:
            landed = 0 if options.build_only else _land(options.demo, choice, run_id)
            if landed not in GOES_ON:
                return landed
            if not is_checked:
                slices.refuse_unknown(choice)
            is_forced = options.force or options.build_only
            code = build(
                choice, landed, more, options.accept,
                is_forced=is_forced, run_id=run_id, before=before, run_dbt=warm.dbt,
            )  # fmt: skip
        if code == landed:
            forget()
        return code


def _again(options: argparse.Namespace, choice: Choice, more: Sequence[str]) -> list[str]:
    """Return the arguments that ask for the same run, whatever the environment says then."""
    flags = [
        f"--{name.replace('_', '-')}"
        for name in ("demo", "build_only", "force")
        if getattr(options, name)
    ]
    values = {
        "domain": ",".join(choice.domains),
        "accept": options.accept,
        "mode": settings().sluice_mode,
        "engine": settings().sluice_engine,
        **choice.values,
    }
    return [*flags, *(f"--{name}={value}" for name, value in values.items() if value), *more]


def _refuse_unknown(choice: Choice, *, is_landing: bool) -> bool:
    if not (choice.values and is_landing):
        return slices.refuse_unknown(choice)
    with rows_ahead(slices.restricted_products(choice)) as ahead:
        return slices.refuse_unknown(choice, ahead)


def build(
    choice: Choice,
    landed: int,
    more: Sequence[str],
    accept: str | None = None,
    *,
    is_forced: bool,
    run_id: str | None = None,
    before: int | None = None,
    run_dbt: Callable[[Sequence[str], Mapping[str, str]], int] = dbt,
) -> int:
    """Build and release what has landed, unless there is nothing new; returns the exit code.

    Args:
        landed: exit code of the landing before it, handed on when the build is well.
        more: further arguments of dbt.
        accept: load ids that a person lets pass.
        run_id: the run that the landing belonged to; default: a new one.
        before: bytes the lake had before that landing; default: what it has now.
        run_dbt: runs a dbt command with more environment, as `dbt` does.
    """
    variables = _variables(choice, accept)
    if not (is_forced or more):
        standing = nothing_new.standing_products(variables, choice.domains)
        if len(standing) == len(chosen_products(choice.domains)):
            say_nothing_new(nothing_new.newest(standing.values()))
            return say_refused(landed)
        choice = say_standing(choice, nothing_new.still_built(standing))
    say_how_long(choice)
    run_id = run_id or new_run_id()
    command = ["build", *choice.selection, *_NO_UNIT_TESTS, *variables_argument(variables), *more]
    told = {BEGIN_VARIABLE: run_id} | lake_growth.told(before)
    if settings().sluice_engine == "spark":
        from python_models.runs.spark.build import build_in_layers

        code = build_in_layers(command, told, run_id)
    else:
        code = run_dbt(command, told)
    summary.print_run(console, code, run_id)
    return code or say_refused(landed)


def _variables(choice: Choice, accept: str | None) -> dict[str, str]:
    return choice.variables | ({"accepted_loads": accept} if accept else {})


def say_standing(choice: Choice, standing: Mapping[str, Any]) -> Choice:
    """Leave out the products that stand as they were built, and say so."""
    if not standing:
        return choice
    nothing_new.say_standing(standing, "FORCE=1")
    named = (product.name for product in chosen_products(choice.domains))
    return replace(choice, domains=tuple(name for name in named if name not in standing))


def say_how_long(choice: Choice) -> None:
    """Say what is built, and how long the last run of the same took."""
    seconds = duration.last_seconds(choice.domains)
    about = f"the last one took {seconds:.0f} s; " if seconds is not None else ""
    console.print(f"[bold]Building[/bold] ({about}VERBOSE=1 for all that dbt says)")


def say_refused(landed: int) -> int:
    """Say at the end that not all of what was delivered has landed; returns the exit code."""
    if landed:
        console.print(
            "[bold yellow]Not everything that was delivered has landed[/bold yellow]: see above.\n"
            "make rejects lists what was refused, with file, line and reason."
        )
    return landed


def _run_id(choice: Choice) -> str:
    """Return the id of the run that begins: that of a landing which no build has taken up yet."""
    for product in chosen_products(choice.domains):
        begun = begun_run(product.name) if product.begins_runs else None
        if begun and not journal.rows("select 1 from runs where run_id = ? limit 1", (begun,)):
            return begun
    return new_run_id()


def _land(with_demo: bool, choice: Choice, run_id: str) -> int:
    if with_demo and not os.environ.get("SLUICE_SOURCES"):
        for product in chosen_products(choice.domains):
            if _has_demo(product):
                continue
            console.print(f"[bold]Demo data[/bold] of {product.name} (synthetic, seeded)")
            if code := _module(product.demo):
                return code
    console.print("[bold]Landing[/bold]")
    return _module("ingestion", *choice.domains, told={RUN_ID: run_id})


def _has_demo(product: Product) -> bool:
    # a generator writes its README last: a folder without it was not finished
    return (lake().demo / product.name / "README.md").is_file()


def _module(*arguments: str, told: Mapping[str, str] = MappingProxyType({})) -> int:
    command, known = [sys.executable, "-m", *arguments], os.environ | told
    return subprocess.run(command, cwd=PROJECT_ROOT, env=known, check=False).returncode


def say_nothing_new(last: Mapping[str, Any]) -> None:
    """Say why nothing was built, and what readers see."""
    console.print(f"Nothing new since run {last['run_id']} (FORCE=1 builds anyway)")
    summary.print_release(console, with_next=False)


if __name__ == "__main__":
    raise SystemExit(main())
