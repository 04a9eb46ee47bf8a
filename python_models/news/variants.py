"""What a variant of a run is told in place of what the run was told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ingestion.news.declaration import ReportDeclaration
from ingestion.news.product import PRODUCT
from ingestion.news.run_row import canonical, digest
from python_models.news.steps import PROMPTS

Row = dict[str, Any]
ASKED = ("prompt", "model")  # of a phase, `prompt.tier3_5d`
# the first phase that reads a key of a report; what is not here is read when a run lands
_READ_BY = {
    "window_hours": 3,
    "languages_read": 3,
    "thresholds.tier1": 3,
    "thresholds": 4,
    "tier3_max": 4,
    "batch_size": 4,
    "company_context": 4,
    "audit_share": 6,
    "weights": 6,
    "caps": 6,
    "top_n": 6,
    "reserve": 6,
    "language_written": 7,
    "title": 10,
    "description": 10,
    "recipients": 10,
}
_ASKING = ("tier2_batch", "tier3_5d", "paraphrasing", "enrichment")
_NUMBERED = {name: number for number, name in enumerate(PRODUCT.phases, 1)}


class NoSuchSetting(LookupError):
    """A setting that a variant cannot change; the message says which it can."""


def changed(run: Row, words: Sequence[str], number: int) -> Row:
    """Return the columns of a run's row that settings change.

    Args:
        run: the run's row, as its first phase kept it.
        words: `name=value` each: a key of the report, or `prompt.<phase>`, `model.<phase>`.
        number: ordinal of the first phase that is made.

    Raises:
        NoSuchSetting: one is no setting, is read by a phase before, or has no such value.
    """
    config = json.loads(run["config"])
    report = config["report"]
    for word in words:
        name, has_value, value = word.partition("=")
        if not has_value:
            raise NoSuchSetting(f"SET: {word!r} sets nothing; write name=value.")
        _refuse_before(name, number)
        _put(report, _path(name), _value(name, value))
    _refuse_invalid(report)
    known = {
        "top_n": report["top_n"],
        "reserve": report["reserve"],
        "tier3_max": report["tier3_max"],
        "batch_size": report["batch_size"],
        "window_hours": report["window_hours"],
        "tier1_threshold": report["thresholds"]["tier1"],
        "company_context": report["company_context"],
        "language_written": report["language_written"],
        "languages_read": _as_text(run, report["languages_read"]),
    }
    text = canonical(config)
    return known | {"config": text, "config_hash": digest(text)}


def _refuse_before(name: str, number: int) -> None:
    """Refuse a setting that a phase read which is taken over, or that no phase reads."""
    first = _first_reader(name)
    if first is None:
        raise NoSuchSetting(
            f"SET: {name} is nothing a variant can change. It can: {', '.join(_READ_BY)};"
            f" prompt.<phase>, model.<phase> of {', '.join(_ASKING)}."
        )
    if first < number:
        raise NoSuchSetting(
            f"SET: {name} is read by phase {first} {PRODUCT.phases[first - 1]}, which is taken"
            f" over as it is: FROM={first}, or from before."
        )


def _first_reader(name: str) -> int | None:
    head, _, rest = name.partition(".")
    if head in ASKED:
        return _NUMBERED[rest] if rest in _ASKING else None
    return _READ_BY.get(name) or _READ_BY.get(head)


def _path(name: str) -> list[str]:
    head, _, rest = name.partition(".")
    return ["phases", rest, head] if head in ASKED else name.split(".")


def _value(name: str, text: str) -> Any:
    """Return a value as YAML reads it; of a prompt the file, wherever the build is started."""
    if not name.startswith("prompt."):
        return yaml.safe_load(text)
    given = Path(text).expanduser().resolve()
    if not given.is_file() and not (PROMPTS / text).is_file():
        raise NoSuchSetting(f"SET: {name}={text} names no file, nor one of {PROMPTS}.")
    return str(given) if given.is_file() else text


def _put(report: Row, path: Sequence[str], value: Any) -> None:
    for key in path[:-1]:
        if report.get(key) is None:
            report[key] = {}
        report = report[key]
        if not isinstance(report, dict):
            raise NoSuchSetting(f"SET: {'.'.join(path)} has no parts.")
    report[path[-1]] = value


def _refuse_invalid(report: Mapping[str, Any]) -> None:
    """Hold a report as it is now told against the declaration of reports."""
    known = {
        name: value for name, value in report.items() if name in ReportDeclaration.model_fields
    }
    try:
        ReportDeclaration.model_validate(known)
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise NoSuchSetting(f"SET: {said}.") from None


def _as_text(run: Row, languages: Sequence[str]) -> Any:
    """Return languages as the run's row has them: a list's JSON text."""
    before = run.get("languages_read")
    return (
        json.dumps(list(languages), separators=(",", ":"))
        if isinstance(before, str | None)
        else list(languages)
    )
