"""Makes `dlt pipeline telemetry info` typed by hand look into the lake, not into the home folder.

dlt finds its plug-ins through the metadata of installed distributions. This project is not
installed, its folder is only on the path: `python -m ingestion.landing.dlt_context`, run by `make setup`,
writes the few lines of metadata that name this module.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from dlt.common.configuration import plugins
from dlt.common.runtime.run_context import RunContext

from ingestion.lakehouse.lake import lake


class LakeContext(RunContext):
    """dlt's run context, with its data in the lake."""

    @property
    def data_dir(self) -> str:
        return os.environ.get("DLT_DATA_DIR", str(lake().dlt_dir))


@plugins.hookimpl(tryfirst=True)
def plug_run_context(run_dir: str | None, runtime_kwargs: dict[str, Any] | None) -> LakeContext:
    """Answer dlt's question where it runs."""
    return LakeContext(run_dir)


def install(site_packages: Path) -> Path:
    """Write the metadata that names this module as a plug-in; returns its folder."""
    folder = site_packages / "sluice-0.1.0.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: sluice\nVersion: 0.1.0\n")
    (folder / "entry_points.txt").write_text("[dlt]\nsluice = ingestion.landing.dlt_context\n")
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{install(Path(sysconfig.get_paths()['purelib']))}\n")
