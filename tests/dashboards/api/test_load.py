"""What lies elsewhere is taken only from where it may be, whatever an address turns out to be."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashboards.conversations import load_job as load
from dashboards.conversations import loading
from ingestion.conversations.kept_uploads import uploads
from ingestion.conversations.landing import SOURCE
from ingestion.conversations.uploads import UploadRefused
from ingestion.lakehouse.settings import reset_settings
from ingestion.landing.web.addresses import NameMap

CHATS = b'{"instruction": "a", "output": "b"}\n' * 1000
SAID = {"name": "Elsewhere", "license": "MIT", "tier": "open"}


class Site(BaseHTTPRequestHandler):
    """A server with a file, and redirects to where `to` says."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path, _, target = self.path.partition("?to=")
        self.send_response(302 if target else 200 if path == "/chats.jsonl" else 404)
        if target:
            self.send_header("Location", target)
        self.end_headers()
        if not target and path == "/chats.jsonl":
            self.wfile.write(CHATS)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[int]:
    Site.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture(autouse=True)
def lake_of_its_own(clean_settings: None) -> None:
    """Every file of these tests goes into a lake that ends with the test."""


def loaded(location: str, names: NameMap = NameMap()) -> int:  # noqa: B008  immutable
    return load.main([json.dumps(SAID | {"location": location})], names)


def test_a_file_of_a_public_server_is_a_dataset_through_its_redirects(site: int) -> None:
    names = NameMap(dict.fromkeys(("a.example", "b.example"), ("127.0.0.1", site)))
    assert loaded("https://a.example/chats.jsonl?to=https://b.example/chats.jsonl", names) == 0
    (kept,) = uploads()
    assert kept.byte_count == len(CHATS) and kept.dataset in SOURCE.declared()


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1:{port}/chats.jsonl",
        "http://a.example/chats.jsonl",
        "https://localhost:{port}/chats.jsonl",
        "https://0x7f.1:{port}/chats.jsonl",
        "https://[::ffff:127.0.0.1]:{port}/chats.jsonl",
        "https://169.254.169.254/chats.jsonl",
        "file:///etc/passwd",
        "https://a.example/chats.jsonl?to=https://a.example/chats.jsonl?to=https://localhost/x",
        "/none.jsonl",
    ],
)
def test_a_redirect_leads_to_no_place_that_is_not_public(
    site: int, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = NameMap({"a.example": ("127.0.0.1", site)})
    address = f"https://a.example/chats.jsonl?to={target.format(port=site)}"
    assert loaded(address, names) == 1
    assert Site.asked and uploads() == []
    assert capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    "location",
    [
        "http://a.example/a.jsonl", "https://127.0.0.1/a.jsonl", "https://2130706433/a.jsonl",
        "https://u:p@a.example/a.jsonl", "https://a.example/a.exe", "ftp://a.example/a.jsonl",
        "hf://../../etc", "hf://${HF_TOKEN}/x", "kaggle://one", "relative.jsonl", "/etc/passwd",
        "${HOME}/a.jsonl", "https://[broken/a.jsonl",
    ],
)  # fmt: skip
def test_what_may_not_be_asked_is_refused_before_anything_is(location: str) -> None:
    with pytest.raises(UploadRefused):
        loading.refuse(location)


def test_a_path_is_what_it_was_when_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.jsonl"
    root.mkdir()
    outside.write_bytes(CHATS)
    (root / "good.jsonl").write_bytes(CHATS)
    (root / "link.jsonl").symlink_to(outside)
    os.mkfifo(root / "pipe.jsonl")
    assert loaded(str(root / "good.jsonl")) == 1, "no folder is allowed by itself"
    monkeypatch.setenv("SLUICE_API_ROOTS", str(root))
    reset_settings()
    for wrong in ("link.jsonl", "pipe.jsonl", "../outside.jsonl", "none.jsonl", "."):
        assert loaded(f"{root}/{wrong}") == 1
    assert uploads() == []
    assert loaded(str(root / "good.jsonl")) == 0
    assert len(uploads()) == 1
