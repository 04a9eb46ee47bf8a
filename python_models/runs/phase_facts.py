"""What there is to know of a phase beside its rows: time, answers, cost, and what made it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.registration import Product
from python_models.runs import fingerprint
from python_models.runs.fitness import latest_pending
from python_models.runs.nodes import Node, domain_of, phase_of

if TYPE_CHECKING:
    from python_models.runs.build import Build

LET_PASS = "let_pass"
_ANSWERS = """
    select coalesce(sum(calls), 0) as llm_calls, coalesce(sum(cached_calls), 0) as cached_calls,
        coalesce(sum(prompt_tokens + completion_tokens), 0) as tokens,
        coalesce(sum(cost_usd), 0.0) as cost_usd
    from llm_step_runs where invocation_id in ({layers}) and node in ({nodes})
"""


def facts(
    build: Build, product: Product, run_id: str, number: int, stored: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the row of a phase says whatever came of it.

    Args:
        build: the build that is going on.
        product: whose phase it is.
        run_id: the product's run.
        number: ordinal of the phase.
        stored: all rows of the product's `runs`.
    """
    mine = [row for row in stored if row["run_id"] == run_id]
    layers = journal.layers_of(build.invocation_id)
    begun = [row["attempt"] for row in mine if row["invocation_id"] in layers]
    attempt = max(begun, default=max((row["attempt"] for row in mine), default=0) + 1)
    nodes = nodes_of(build.graph, product.name, number)
    return {
        "run_id": run_id,
        "attempt": build.attempts.get(product.name, attempt),
        "phase_name": product.phases[number - 1],
        "phase_number": number,
        "sequence": max((row["sequence"] for row in stored), default=0) + 1,
        "timestamp": journal.now(),
        "invocation_id": build.invocation_id,
        "variant_of": mine[0].get("variant_of") if mine else None,
        **spent(build, nodes),
        **hashes(build, product.name, nodes),
    }


def nodes_of(graph: Mapping[str, Node], product: str, number: int) -> list[Node]:
    """Return the nodes of a product's phase."""
    return [
        node for node in graph.values() if domain_of(node) == product and ordinal_of(node) == number
    ]


def ordinal_of(node: Node) -> int | None:
    """Return the ordinal of a node's phase."""
    number = (phase_of(node) or "").partition(" ")[0]
    return int(number) if number.isdigit() else None


def pending_rows(run_id: str, nodes: Collection[Node]) -> dict[str, int]:
    """Return {step: rows that wait for an answer} of a phase's nodes in a run."""
    names = {
        node["name"]
        for node in nodes
        if ((node.get("config") or {}).get("meta") or {}).get("pending_rows") != LET_PASS
    }
    return {name: count for name, count in latest_pending(run_id).items() if name in names}


def spent(build: Build, nodes: Collection[Node]) -> dict[str, Any]:
    """Return seconds, answers, tokens and cost of a phase's nodes in this build."""
    names = sorted({node["name"] for node in nodes})
    layers = journal.layers_of(build.invocation_id)
    marks, of_layers = (", ".join("?" for _ in listed) for listed in (names, layers))
    times = journal.rows(
        f"select min(started_at) as began from node_runs where invocation_id in ({of_layers})"
        f" and resource_type <> 'test' and node in ({marks})",
        (*layers, *names),
    )
    began = times[0]["began"] or journal.now()
    return {"duration_seconds": seconds_since(began)} | answers(build.invocation_id, names)


def answers(invocation_id: str, nodes: Sequence[str]) -> dict[str, Any]:
    """Return calls, cached calls, tokens and USD of nodes in a build, its layers before included.

    Args:
        invocation_id: of dbt, the build's last.
        nodes: their names.
    """
    if not journal.rows("select 1 from sqlite_master where name = 'llm_step_runs'"):
        return {"llm_calls": 0, "cached_calls": 0, "tokens": 0, "cost_usd": 0.0}
    layers = journal.layers_of(invocation_id)
    marks, of_layers = (", ".join("?" for _ in listed) for listed in (nodes, layers))
    query = _ANSWERS.format(layers=of_layers, nodes=marks)
    return journal.rows(query, (*layers, *nodes))[0]


def seconds_since(began: str) -> float:
    """Return the seconds from an instant of the journal until now."""
    from datetime import datetime

    now = datetime.fromisoformat(journal.now())
    return round((now - datetime.fromisoformat(began)).total_seconds(), 3)


def hashes(build: Build, product: str, nodes: Collection[Node]) -> dict[str, Any]:
    """Return hashes of the code, the prompts and the settings that a phase was made by."""
    code = {node["unique_id"]: (node.get("checksum") or {}).get("checksum") for node in nodes}
    folder = PROJECT_ROOT / "python_models" / product
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))}
    own = {
        name: fingerprint.digest(path.read_bytes())
        for name, path in files.items()
        if path.suffix in (".py", ".jinja", ".yml", ".csv")
    }
    prompts = {name: hashed for name, hashed in own.items() if name.endswith(".jinja")}
    arguments = journal.rows(
        "select config_hash from runs where invocation_id = ?", (build.invocation_id,)
    )
    return {
        "code_hash": fingerprint.project_hash(
            {name: str(hashed) for name, hashed in code.items()}
            | {name: hashed for name, hashed in own.items() if name not in prompts}
        ),
        "prompt_hash": fingerprint.project_hash(prompts),
        "settings_hash": arguments[0]["config_hash"] if arguments else None,
    }
