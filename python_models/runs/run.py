"""What `make run` and `make build` do: demo data, landing, build, and what came of it.

A run that would find the same raw snapshots, the same project and the same settings as the
last complete and successful one has nothing to do and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from rich.console import Console

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError, settings
from ingestion.landing.products import DOMAINS, Domain
from python_models.release.run_states import record_not_started
from python_models.runs import fingerprint, summary
from python_models.runs.build import has_unfolded_rows
from python_models.runs.dbt_command import dbt, variables_argument
from python_models.runs.invocation import BEGIN_VARIABLE, new_run_id
from python_models.runs.raw_views import current_pins

# exit codes of a landing after which the rest is built: others landed, some was refused
GOES_ON = (0, 1, 4)

console = Console(highlight=False, soft_wrap=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the pipeline; returns the exit code of the step that failed, or 0."""
    parser = argparse.ArgumentParser(prog="python -m python_models.runs.run", description=__doc__)
    parser.add_argument(
        "--demo", action="store_true", help="make demo data when there is no source"
    )
    parser.add_argument("--build-only", action="store_true", help="build what has landed already")
    parser.add_argument("--from", dest="from_date", help="first day to recompute (2025-01-31)")
    parser.add_argument("--to", dest="to_date", help="last day to recompute")
    parser.add_argument("--controls", help="controls to recompute, separated by commas")
    parser.add_argument("--datasets", help="datasets of conversations to recompute")
    parser.add_argument("--formats", help="formats of conversations to recompute")
    parser.add_argument("--statuses", help="statuses of datasets to recompute")
    parser.add_argument(
        "--accept", help="deliveries (load ids) that a gate holds up and a person lets pass"
    )
    parser.add_argument("--force", action="store_true", help="build even when nothing is new")
    options, more = parser.parse_known_args(arguments)
    try:
        return _run(options, more)
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


def _run(options: argparse.Namespace, more: Sequence[str]) -> int:
    require_agreement(lake().root)
    if found := lock.holder():
        if settings().sluice_lock_wait_seconds:
            console.print(f"Waiting for process {found.pid} (`{found.command}`)")
        # what lands now would wait for the next run: a landing begins when its build can
        lock.acquire()  # waits, or says who holds it and raises
        lock.release()
    landed = 0 if options.build_only else _land(options.demo)
    if landed not in GOES_ON:
        return landed
    variables = {
        "from_date": options.from_date,
        "to_date": options.to_date,
        "controls": options.controls,
        "datasets": options.datasets,
        "formats": options.formats,
        "dataset_statuses": options.statuses,
        "accepted_loads": options.accept,
    }
    given = {name: value for name, value in variables.items() if value}
    forced = options.force or options.build_only or bool(more)
    if not forced and (last := nothing_new_since(given)):
        say_nothing_new(last)
        return say_refused(landed)
    run_id = new_run_id()
    command = ["build", *variables_argument(variables), *more]
    code = dbt(command, {BEGIN_VARIABLE: run_id})
    summary.print_run(console, code, run_id)
    return code or say_refused(landed)


def say_refused(landed: int) -> int:
    """Say at the end that not all of what was delivered has landed; returns the exit code."""
    if landed:
        console.print(
            "[bold yellow]Not everything that was delivered has landed[/bold yellow]: the lines "
            "after Landing say what and why, and so do the tables of rejects."
        )
    return landed


def _land(with_demo: bool) -> int:
    if with_demo and not os.environ.get("SLUICE_SOURCES"):
        for domain in DOMAINS.values():
            if _has_demo(domain):
                continue
            console.print(f"[bold]Demo data[/bold] of {domain.name} (synthetic, seeded)")
            if code := _module(domain.demo):
                return code
    console.print("[bold]Landing[/bold]")
    return _module("ingestion")


def _has_demo(domain: Domain) -> bool:
    # a generator writes its README last: a folder without it was not finished
    return (lake().demo / domain.name / "README.md").is_file()


def _module(*arguments: str) -> int:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode


def say_nothing_new(last: dict) -> None:
    """Say why nothing was built, and what readers see."""
    console.print(
        f"Nothing new: the same raw data, project and settings as run {last['run_id']}."
        " FORCE=1 builds anyway."
    )
    summary.print_release(console)


def nothing_new_since(variables: dict[str, str], domain: str | None = None) -> dict | None:
    """Return the last run when building again would give the same: else None.

    Only a successful run of everything counts (or, for a domain, of that domain), and only
    while what readers see is what it published: after a rollback a person decides.
    """
    last = _last_run(domain)
    if last is None or last["status"] != "success" or last["release_id"] is None:
        return None
    arguments = json.loads(last["arguments"])
    whole = (None, [domain]) if domain else (None,)
    texts = fingerprint.project_texts()
    files = {path: fingerprint.digest(content) for path, content in texts.items()}
    is_same = (
        arguments.get("which") == "build"
        and arguments.get("select") in whole
        and not any(arguments.get(name) for name in ("exclude", "resource_types"))
        and _pins_of(json.loads(last["pins"]), domain) == _pins_of(current_pins(), domain)
        and last["project_hash"] == fingerprint.project_hash(files)
        and last["config_hash"] == fingerprint.config_hash(variables)
        and not _has_pending_answers(last["invocation_id"])
        and not has_unfolded_rows()  # an answer was forgotten, or arrived in a killed run
        and lake().latest.exists()
    )
    return last if is_same else None


def _last_run(domain: str | None) -> dict | None:
    """Return the last run; for a domain the last that may have touched it."""
    others = set(DOMAINS) - {domain}
    for row in journal.rows(
        "select runs.*, run_args.arguments from runs inner join run_args using (invocation_id)"
        " order by runs.rowid desc"
    ):
        selected = json.loads(row["arguments"]).get("select")
        if domain is None or not selected or not set(selected) <= others:
            return row
    return None


def _pins_of(pins: dict, domain: str | None) -> dict:
    """Return what a domain reads of the raw tables, or all of them."""
    return pins if domain is None else pins.get(DOMAINS[domain].namespace, {})


def _has_pending_answers(invocation_id: str) -> bool:
    if not journal.rows("select 1 from sqlite_master where name = 'llm_step_runs'"):
        return False
    pending = journal.rows(
        "select 1 from llm_step_runs where invocation_id = ? and rows_pending > 0 limit 1",
        (invocation_id,),
    )
    return bool(pending)


if __name__ == "__main__":
    raise SystemExit(main())
