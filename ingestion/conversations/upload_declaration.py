"""The declaration of a file that is handed over: text that a person said, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.conversations.declaration import GRAMMAR, Dataset
from ingestion.conversations.upload_checks import UploadRefused
from ingestion.landing.declarations import DeclarationError


@dataclass(frozen=True)
class Wanted:
    """What a person says of the file they hand over."""

    name: str
    license: str
    tier: str = "private"
    priority: int = 0
    format: str = "auto"


def declare(
    making: Path, upload_id: str, location: str, wanted: Wanted, name: str, license_text: str
) -> str:
    """Write the declaration, read it back as landing will, and return the dataset's id."""
    import yaml
    from pydantic import ValidationError

    declared: dict[str, Any] = {
        "dataset": _free_id(name, upload_id),
        "name": name,
        "description": "Handed over on the conversations page or through the API.",
        "location": location,
        "format": wanted.format,
        "license": license_text,
        "tier": wanted.tier,
        "priority": wanted.priority,
    }
    try:
        Dataset.model_validate(declared)
        target = making / "dataset.yml"
        target.write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), "utf-8")
        (entry,) = GRAMMAR.read(target)
    except (ValidationError, DeclarationError) as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UploadRefused(f"The dataset cannot be declared so: {told}") from None
    return entry.name


def _free_id(name: str, upload_id: str) -> str:
    """Return a dataset id that says the name and is not taken."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    said = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:40].strip("_")
    base = f"upload_{said}" if said else f"upload_{upload_id}"
    taken = GRAMMAR.read_all()
    return base if base not in taken else f"{base}_{upload_id[:8]}"
