"""Write the skeleton of a product in all rooms:
`python -m ingestion.tables.new_product --name weather --from observations.csv`.
"""

from __future__ import annotations

import argparse
import json
import keyword
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import PROJECT_ROOT, told
from ingestion.landing.products import PRODUCTS
from ingestion.tables.product_context import TableOfProduct, context_of
from ingestion.tables.propose import CannotPropose, Proposal, identifier, propose
from ingestion.tables.shared_words import uses

SKELETON = Path(__file__).parent / "skeleton"
# what a product may not be called: what lies in the rooms beside the products, and SQL's own
TAKEN = {"ops", "llm", "main", "tables", "landing", "lakehouse", "shared", "parts", "api", "models"}
TAKEN |= {"runs", "release", "upkeep", "portable", "project", "incremental", "generic", "test"}
_NEXT = """  make run DOMAIN={name}          on its demo data
  SLUICE_{upper}_FILES=<folder> make run DOMAIN={name}   on yours
  make test-one T=tests/{name}
  make env-example                 says its settings in .env.example
docs/new-product.md goes on from here.
"""


def main(arguments: list[str] | None = None) -> int:
    """Look at the files, print what is proposed, write the skeleton; 0 when it is there."""
    options = _parser().parse_args(arguments)
    try:
        tables = _tables(options)
        written = write(PROJECT_ROOT, options.name, tables, with_llm=options.llm)
    except CannotPropose as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for table in tables:
        sys.stdout.write(_said(table))
    sys.stdout.write(f"Wrote {len(written)} files; `git status` lists them.\n\nNow\n")
    sys.stdout.write(_NEXT.format(name=options.name, upper=options.name.upper()))
    return 0


def write(
    root: Path, product: str, tables: Sequence[Proposal], *, with_llm: bool = False
) -> list[Path]:
    """Write a product's files below a project's folder; returns them.

    Raises:
        CannotPropose: the name is taken or none, or a file is there already; nothing is written.
    """
    _check_name(root, product)
    context = context_of(root, product, tables, with_llm)
    files = dict(_rendered(context, [SKELETON / "base", *([SKELETON / "llm"] if with_llm else [])]))
    for path in files:
        if (root / path).exists():
            raise CannotPropose(f"{root / path} is there already; nothing was written.")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    written = [root / path for path in files]
    _format([path for path in written if path.suffix == ".py"])
    return written


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(prog="make new-product", description=__doc__)
    parser.add_argument("--name", required=True, help="of the product: a lower case word")
    parser.add_argument(
        "--from", dest="files", required=True,
        help="CSV with a header, or JSON lines; several, separated by commas, are several tables",
    )  # fmt: skip
    parser.add_argument("--key", help="columns that name a row: a,b or, of several tables, t:a,t:b")
    parser.add_argument("--time", help="time column, or none; of several tables t:column")
    parser.add_argument("--llm", action="store_true", help="add a step that asks an LLM")
    return parser


def _tables(options: argparse.Namespace) -> list[Proposal]:
    paths = [Path(part.strip()).expanduser() for part in options.files.split(",") if part.strip()]
    names = [identifier(path.name.partition(".")[0]) for path in paths]
    if len(set(names)) < len(names):
        raise CannotPropose("FROM=: a table is called like its file, and two are called the same.")
    keys, times = _by_table(options.key, names), _by_table(options.time, names)
    return [
        propose(path, name, keys[name], next(iter(times[name]), None))
        for path, name in zip(paths, names, strict=True)
    ]


def _by_table(text: str | None, names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in names}
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        table, mark, column = part.partition(":")
        if not mark and len(names) > 1:
            raise CannotPropose(f"{part}: there are several tables; write {names[0]}:{part}.")
        if mark and table not in found:
            raise CannotPropose(
                f"{part}: there is no table {table}; there are: {', '.join(names)}."
            )
        found[table if mark else names[0]].append(column if mark else part)
    return found


def _check_name(root: Path, product: str) -> None:
    if not re.fullmatch(r"[a-z]{2,30}", product) or keyword.iskeyword(product):
        raise CannotPropose(f"NAME={product} is no name of a product; write one lower case word.")
    if product in TAKEN or product in PRODUCTS or (root / "ingestion" / product).exists():
        raise CannotPropose(f"NAME={product} is taken; choose another.")
    if found := uses(root, [product]):
        raise CannotPropose(
            f"NAME={product} is a word of files that all products share ({next(iter(found))}); "
            f"choose another, as site{product}."
        )


def _rendered(context: Mapping[str, Any], folders: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file of the skeleton, by its path in the project; one a table where its name
    says so."""
    environment = Environment(
        loader=FileSystemLoader(SKELETON),
        block_start_string="<%", block_end_string="%>",
        variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>",
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    environment.filters["flow"] = _flow
    environment.filters["prefixed"] = lambda name, table: f"{table}.{name}"
    for folder in folders:
        for path in sorted(folder.rglob("*.jinja")):
            template = environment.get_template(path.relative_to(SKELETON).as_posix())
            name = path.relative_to(folder).as_posix().removesuffix(".jinja")
            per_table = "@table@" in name or "@mart@" in name
            for table in context["tables"] if per_table else [None]:
                text = template.render(**context, table=table)
                yield Path(_named(name, context, table)), text.strip("\n") + "\n" if text else ""


def _named(name: str, context: Mapping[str, Any], table: TableOfProduct | None) -> str:
    llm = context["llm"] or {}
    words = {
        "product": context["product"],
        "table": table.name if table else "",
        "mart": table.mart if table else "",
        "llm_mart": llm.get("mart", ""),
        "evidence": llm.get("evidence", ""),
    }
    return re.sub(r"@(\w+)@", lambda match: words[match.group(1)], name)


def _flow(value: Any) -> str:
    """Return a value as YAML (and Jinja) writes it on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _format(paths: list[Path]) -> None:
    """Lay the Python files out as the project's are, where its formatter is installed."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff and paths:
        for command in (["check", "--fix-only", "--select", "I"], ["format"]):
            subprocess.run(
                [ruff, *command, "--quiet", *map(str, paths)], cwd=PROJECT_ROOT, check=False
            )


def _said(proposal: Proposal) -> str:
    width = max(len(one.name) for one in proposal.columns)
    lines = [f"{proposal.table}, as {proposal.path.name} is written:"]
    for one in proposal.columns:
        more = f"  ({one.source})" if one.source != one.name else ""
        form = f"  {one.format}" if one.format != "iso" else ""
        lines.append(f"  {one.name.ljust(width)}  {one.type}{form}{more}")
    lines.append(f"  key: {', '.join(proposal.key) or 'none: every delivered row is one'}")
    lines.append(f"  time: {proposal.time or 'none'}")
    return "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    sys.exit(told(main))
