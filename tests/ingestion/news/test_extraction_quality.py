"""What is measured of extraction is what the texts are, page by page."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import SettingsError
from ingestion.news.pages import quality

pytestmark = pytest.mark.unit
SENTENCES = [
    f"The council of town {at} met on a Tuesday and agreed to open its library number {at * 7}."
    for at in range(20)
]


def folder_of(path: Path, *texts: str) -> Path:
    """Write pages that all show the same twenty sentences, with the texts said to be right."""
    (path / "html").mkdir()
    body = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    page = f"<html><head><title>T</title></head><body><article>{body}</article></body></html>"
    truth = {}
    for at, text in enumerate(texts):
        (path / "html" / f"{at}.html.gz").write_bytes(gzip.compress(page.encode()))
        truth[str(at)] = {"articleBody": text, "url": "http://e.example/"}
    truth["none"] = {"articleBody": "a page that is not there", "url": "http://e.example/"}
    (path / "ground-truth.json").write_text(json.dumps(truth))
    return path


def test_a_text_found_whole_counts_one(tmp_path: Path) -> None:
    found = quality.measure(folder_of(tmp_path, "\n\n".join(SENTENCES)))
    assert (found.page_count, found.precision, found.recall, found.f1) == (1, 1.0, 1.0, 1.0)


def test_what_is_too_much_costs_precision_and_what_lacks_recall(tmp_path: Path) -> None:
    half, more = " ".join(SENTENCES[:10]), " ".join([*SENTENCES, *(s.upper() for s in SENTENCES)])
    found = quality.measure(folder_of(tmp_path, half, more))
    assert found.precision == pytest.approx((0.5 + 1) / 2, abs=0.01)
    assert found.recall == pytest.approx((1 + 0.5) / 2, abs=0.02)
    assert quality.main([str(tmp_path)]) == 1


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ground-truth.json"):
        quality.measure(tmp_path)
