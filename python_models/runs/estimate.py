"""What the next build would ask and cost: `python -m python_models.runs.estimate`.

What was delivered is landed (studies are not: what they would land is read) and the SQL below the
LLM steps built in a copy first (it costs nothing, and is no run), then every LLM model is run with
nothing sent: exact in calls for the rows there are, a range where rows depend on answers.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse.dbt_environment import DBT_FOLDER
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lock import LakeLocked
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import print_table, say, width
from ingestion.lakehouse.settings import PROJECT_ROOT, told
from ingestion.landing.declarations import DeclarationError
from ingestion.landing.deliveries import SourceAbsent
from ingestion.landing.products import PRODUCTS, chosen_products
from python_models.llm.asking.estimating import Estimate
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.scratch import AHEAD, NAME, scratch_build
from python_models.runs import slices
from python_models.runs.ahead import rows_ahead, tellers
from python_models.runs.estimate_inputs import build_inputs, last_manifest, tell
from python_models.runs.estimate_refs import STOOD_IN, Refs, stand_ins
from python_models.runs.nodes import domain_of
from python_models.runs.nothing_new import changed_products, newest, same_rows
from python_models.runs.slices import Choice

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Ranged:
    """An estimate, and the most it can become through answers that are still to come."""

    now: Estimate
    most_calls: int

    @property
    def most_usd(self) -> float | None:
        """Return USD for the most calls, at what a call of this step (or its prompt) costs.

        None where that is not known: calls may come, and there is none to tell what one costs.
        """
        if self.now.most_usd is not None:
            return max(self.now.usd, self.now.most_usd)
        if self.now.calls:
            return self.now.usd / self.now.calls * max(self.now.calls, self.most_calls)
        return None if self.most_calls else 0.0


def main() -> int:
    """Read the arguments, estimate, show."""
    parser = Arguments(description=__doc__)
    parser.add_argument("--no-land", action="store_true", help="leave out what has not landed")
    parser.add_argument(
        "--no-build", action="store_true", help="take the rows as the last build left them"
    )
    slices.add_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    require_agreement(lake().root)
    choice = slices.choice_from(arguments)
    is_landing = not (arguments.no_build or arguments.no_land)
    try:
        ranged = _estimated(choice, is_landing=is_landing, is_building=not arguments.no_build)
    except (LakeLocked, DeclarationError, SourceAbsent) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if arguments.json:
        rows = [
            asdict(one.now) | {"most_calls": one.most_calls, "most_usd": one.most_usd}
            for one in ranged
        ]
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        show(ranged)
    return 0


def _estimated(choice: Choice, *, is_landing: bool, is_building: bool) -> list[Ranged]:
    with rows_ahead(choice.domains) if is_landing else nullcontext() as ahead:
        is_checked = slices.refuse_unknown(choice, ahead)
        if is_landing:
            land(choice)
        if not is_checked:
            slices.refuse_unknown(choice, ahead)
        if ahead:
            tell("what has not landed is counted as it lies there; it does not land by this")
        standing = same_rows(choice.variables, choice.domains)
        changed = changed_products(choice.domains, standing, ahead)
        if is_building and len(changed) < len(chosen_products(choice.domains)):
            still = f"of {', '.join(sorted(standing.keys() - changed))} " if changed else ""
            tell(f"{still}nothing has landed or changed since the last build: its rows are counted")
        last_id = None if changed else newest(standing.values())["invocation_id"]
        return estimate_all(changed if is_building else (), choice, last_id, ahead)


def land(choice: Choice) -> None:
    """Land what was delivered or declared since; what is refused is told and does not count.

    A product whose landing begins a run is left out: an estimate begins none and asks no host.
    So is one that can tell what it would land.
    """
    telling = {product.name for product in tellers(choice.domains)}
    chosen = [name for name in choice.domains or PRODUCTS if name not in telling]
    waiting = [name for name in chosen if PRODUCTS[name].begins_runs]
    if waiting:
        tell(f"{', '.join(waiting)}: the newest run that has landed is counted, none is begun")
    if len(waiting) == len(chosen):
        return
    tell("landing what is new")
    command = [sys.executable, "-m", "ingestion", *(n for n in chosen if n not in waiting)]
    done = subprocess.run(command, cwd=PROJECT_ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(f"{done.stdout}{done.stderr}")
        tell("not everything that was delivered has landed: see above; the rest is counted")


def estimate_all(
    building: Collection[str], choice: Choice, last: str | None = None, ahead: Path | None = None
) -> list[Ranged]:
    """Return the estimate of every LLM model within a choice, upstream ones first.

    Args:
        building: products of which what the steps read is built in the copy first.
        choice: what the estimate is restricted to.
        last: invocation id of the last build, when nothing has landed or changed since.
        ahead: folder of rows that count though they have not landed.
    """
    tell("copying the last build")
    with scratch_build() as folder:
        if ahead:
            shutil.copytree(ahead, folder / AHEAD)
        if building:
            manifest = build_inputs(folder, building, choice)
        else:
            manifest = last_manifest(folder, last, choice)
        wanted = choice.domains or PRODUCTS
        nodes = [node for node in llm_nodes(manifest) if domain_of(node) in wanted]
        relations = {
            node["name"]: node["relation_name"]
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed") and node.get("relation_name")
        }
        with connect_duckdb(folder / NAME) as connection:
            given = stand_ins(Refs(connection, relations).ref, wanted)
            return ranges(
                manifest, [estimate_node(connection, relations, node, given) for node in nodes]
            )


def llm_nodes(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the Python models tagged `llm`, those others depend on first."""
    found = {
        name: node
        for name, node in manifest["nodes"].items()
        if node.get("language") == "python" and "llm" in node["tags"]
    }
    return sorted(found.values(), key=lambda node: len(above(manifest, node) & found.keys()))


def above(manifest: dict[str, Any], node: dict[str, Any]) -> set[str]:
    """Return every node a node depends on, near or far."""
    seen: set[str] = set()
    left = list(node["depends_on"]["nodes"])
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += manifest["nodes"].get(name, {}).get("depends_on", {}).get("nodes", [])
    return seen


def estimate_node(
    connection: duckdb.DuckDBPyConnection,
    relations: dict[str, str],
    node: dict[str, Any],
    given: Mapping[str, pa.Table] | None = None,
) -> tuple[dict[str, Any], Estimate | None]:
    """Run one model without asking anything; None where its input was not built yet."""
    tell(node["name"])
    path = (DBT_FOLDER / node["original_file_path"]).resolve()
    spec = importlib.util.spec_from_file_location(node["name"], path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    recorded: list[Estimate] = []
    token = RECORDER.set(recorded)
    refs = Refs(connection, relations, given, node["config"].get("meta"))
    try:
        module.model(refs, connection)
    except OnlyEstimated:
        pass
    except Exception:
        if not refs.absent:
            raise
        return node, None  # it cannot do without what was never built
    finally:
        RECORDER.reset(token)
    if refs.is_stood_in and recorded:
        one = recorded[0]
        basis = f"{STOOD_IN}; {one.basis}" if one.calls else STOOD_IN
        return node, replace(one, basis=basis, most_calls=one.calls)
    return node, recorded[0] if recorded else None


def ranges(
    manifest: dict[str, Any], estimates: list[tuple[dict[str, Any], Estimate | None]]
) -> list[Ranged]:
    """Add to each step what answers still to come may add to its rows: a row for each answer."""
    known = {node["unique_id"]: one for node, one in estimates}
    found = []
    for node, one in estimates:
        names = above(manifest, node) & known.keys()
        upstream = [earlier for name in names if (earlier := known[name]) is not None]
        coming = sum(each.most_calls or each.calls for each in upstream)
        if one is None:
            one = empty_estimate(node, upstream[0] if upstream else None)
        found.append(Ranged(one, one.calls + coming if one.most_calls is None else one.most_calls))
    return found


def empty_estimate(node: dict[str, Any], earlier: Estimate | None) -> Estimate:
    """Return the estimate of a step whose input does not exist before other answers do."""
    basis = "its rows depend on answers that are still to come"
    if earlier is not None:
        return replace(
            earlier, step=node["name"], node=node["name"], rows=0, calls=0, cached_calls=0,
            prompt_tokens=0, completion_tokens=0, usd=0.0, basis=basis,
        )  # fmt: skip
    return Estimate(node["name"], node["name"], "", "", 0, 0, 0, 0, 0, 0.0, basis)


def show(ranged: list[Ranged]) -> None:
    """Print the estimates as a table, and where the rows that make them are not there yet."""
    print_table([_row(one) for one in ranged], "What the next build would ask")
    asked = (one.now for one in ranged if one.now.model)  # none where no row is there yet
    for place in dict.fromkeys(f"{one.model} at {one.endpoint}" for one in asked):
        say(f"Asked of {place}.")
    for basis in dict.fromkeys(one.now.basis for one in ranged if one.now.basis):
        steps = ", ".join(one.now.step for one in ranged if one.now.basis == basis)
        say("\n".join(textwrap.wrap(f"{basis}: {steps}.", width(), break_long_words=False)))
    total = sum(one.now.usd for one in ranged)
    most = sum(one.most_usd or 0 for one in ranged)
    unknown = sum(one.most_calls for one in ranged if one.most_usd is None)
    say(f"Together ${total:.4f} for the rows there are.")
    if most > total:
        say(f"Up to ${most:.4f} with those that depend on answers.")
    if unknown:
        say(f"What up to {unknown:,} more calls cost is not known before there are rows to ask.")


def _row(one: Ranged) -> dict[str, Any]:
    now = one.now
    calls = f"{now.calls:,}" + (f" to {one.most_calls:,}" if one.most_calls > now.calls else "")
    most = one.most_usd
    usd = f"{now.usd:.4f}"
    usd += " to ?" if most is None else f" to {most:.4f}" if most > now.usd else ""
    return {
        "step": now.step,
        "rows": now.rows,
        "calls": calls,
        "cached": now.cached_calls,
        "tokens": now.prompt_tokens + now.completion_tokens,
        "USD": usd,
    }


if __name__ == "__main__":
    sys.exit(told(main))
