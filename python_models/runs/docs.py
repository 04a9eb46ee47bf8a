"""Command `docs`: the dbt docs site as one static file that works offline."""

from __future__ import annotations

import argparse
import shutil

from ingestion.lakehouse.dbt_environment import target_folder
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import emit_document, say
from python_models.runs.dbt_command import dbt


def docs(options: argparse.Namespace) -> int:
    """Build `docs/index.html` in the lake from models, tests, exposures and contracts."""
    if code := dbt(["docs", "generate", "--static"]):
        return code
    lake().docs.mkdir(exist_ok=True)
    page = lake().docs / "index.html"
    shutil.copyfile(target_folder() / "static_index.html", page)
    if options.json:
        emit_document({"file": page})
    else:
        say(f"{page} ({page.stat().st_size / 1e6:.1f} MB): open it in a browser.")
    return 0
