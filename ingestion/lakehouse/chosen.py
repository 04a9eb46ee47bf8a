"""What is chosen for one command (`MODE=`, `ENGINE=`) and holds for all that it starts."""

from __future__ import annotations

import os
from typing import get_args

from ingestion.lakehouse.settings import MODES, Settings, SettingsError, reset_settings

ENGINES: tuple[str, ...] = get_args(Settings.model_fields["sluice_engine"].annotation)


def use_mode(mode: str) -> None:
    """Let this process, and all that it starts, read files and ask questions in this mode.

    Raises:
        SettingsError: there is no such mode.
    """
    _use("SLUICE_MODE", "MODE", mode, MODES)


def use_engine(engine: str) -> None:
    """Let this process, and all that it starts, run the SQL of builds on this engine.

    Raises:
        SettingsError: there is no such engine.
    """
    _use("SLUICE_ENGINE", "ENGINE", engine, ENGINES)


def _use(variable: str, word: str, value: str, there: tuple[str, ...]) -> None:
    if value not in there:
        raise SettingsError(f"{word}={value} is not there. There is: {', '.join(there)}.")
    os.environ[variable] = value
    reset_settings()
