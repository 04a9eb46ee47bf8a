"""Makes `dlt pipeline telemetry info` typed by hand look into the lake, not into the home folder.

dlt finds its plug-ins through the entry points of installed distributions: `pyproject.toml` names
this module as one.
"""

from __future__ import annotations

import os
from typing import Any

from dlt.common.configuration import plugins
from dlt.common.configuration.providers import ConfigProvider, SecretsTomlProvider
from dlt.common.runtime.run_context import RunContext

from ingestion.lakehouse.lake import lake


class LakeContext(RunContext):
    """dlt's run context, with its data in the lake."""

    def initial_providers(self) -> list[ConfigProvider]:
        """Return where dlt's settings come from; it would import Streamlit to ask it too."""
        SecretsTomlProvider._read_streamlit_secrets = lambda *_: None  # type: ignore[assignment,method-assign]
        return super().initial_providers()

    @property
    def data_dir(self) -> str:
        return os.environ.get("DLT_DATA_DIR", str(lake().dlt_dir))


@plugins.hookimpl(tryfirst=True)
def plug_run_context(run_dir: str | None, runtime_kwargs: dict[str, Any] | None) -> LakeContext:
    """Answer dlt's question where it runs."""
    return LakeContext(run_dir)
