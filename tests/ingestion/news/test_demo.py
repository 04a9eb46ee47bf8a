"""The demo's internet is the same for a seed and says that it is synthetic."""

from __future__ import annotations

import csv
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.landing.land import land
from ingestion.news.demo import DemoInternet, demo_as_of
from ingestion.news.demo.__main__ import main
from ingestion.news.demo.internet import SIZES, make_world
from ingestion.news.landing import SOURCE


@pytest.fixture
def folder() -> Path:
    assert main([]) == 0
    return lake().demo / "news"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_seed_gives_one_internet_and_another_seed_another(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main([]) == 0
    assert before == {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["--seed", "12"]) == 0
    assert before["internet.json.gz"] != (folder / "internet.json.gz").read_bytes()


def test_it_says_that_it_is_synthetic_and_what_is_true(folder: Path) -> None:
    assert "SYNTHETIC" in (folder / "README.md").read_text()
    articles, faults = rows(folder / "truth/articles.csv"), rows(folder / "truth/faults.csv")
    assert 220 <= len(articles) <= 280
    assert len(faults) >= 8
    planted = {one for row in articles for one in row["planted"].split("|") if one}
    assert planted == {"near_copy", "injection", "shared_link", "advert", "audio", "stub"}


def test_at_most_150_pages_have_to_be_fetched() -> None:
    world = make_world(SIZES["small"], 11)
    pages = [
        one
        for outlet in world.outlets
        for one in outlet.articles
        if one.kind != "audio" and not outlet.is_whole
    ]
    assert 60 <= len(pages) <= 150


def test_its_hosts_are_served_on_this_machine_and_what_was_asked_is_logged(folder: Path) -> None:
    import urllib.request

    with DemoInternet(folder) as internet:
        host = next(iter(internet.resolve))
        address, port = internet.resolve[host]
        request = urllib.request.Request(f"http://{address}:{port}/robots.txt")
        request.add_header("Host", host)
        assert b"User-agent" in urllib.request.urlopen(request).read()
    assert [entry[:3] for entry in internet.log] == [(host, "/robots.txt", 200)]
    assert demo_as_of(folder) == internet.as_of


def test_demo_lands_with_what_was_planted_and_then_never_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_SOURCES", "")
    tables = landed()
    health = {row["source"]: row["status"] for row in tables("source_health")}
    planted = {row["source"]: row["status"] for row in rows(folder / "truth/faults.csv")}
    assert {source: health[source] for source in planted} == planted
    assert {status for source, status in health.items() if source not in planted} == {"ok"}
    entries = tables("entries")
    assert 200 <= len({row["identity"] for row in entries}) <= 250
    pages = [row for row in tables("fetches") if row["role"] == "page"]
    assert 60 <= len(pages) <= 150
    assert all("whole_text" in row["flags"] for row in entries if row["text"] and row["url"]
               and row["url"] not in {page["url"] for page in pages}
               and row["kind"] == "article" and row["published_at"])  # fmt: skip
    run = tables("runs")[0]
    assert (run["origin"], run["as_of"]) == ("demo", demo_as_of(folder))
    assert len(landed()("runs")) == 1  # its time stands still: no run is due


def landed() -> Callable[[str], list[dict[str, Any]]]:
    """Land what is due; returns what reads a raw table."""
    report = land(SOURCE, [], None, lambda _: None, lambda *_: None)
    assert report.failed == report.broken == report.quarantined == []
    return lambda table: catalog().load_table(("raw_news", table)).scan().to_arrow().to_pylist()


def test_an_asker_that_hangs_up_is_no_error(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with DemoInternet(folder) as internet:
        host, place = next(iter(internet.resolve.items()))
        for path in ("/feed", "/robots.txt"):
            with socket.create_connection(place) as asker:
                asker.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                asker.recv(10)
                asker.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.5)  # the threads that answered go on to read and find nobody
    assert "Traceback" not in capfd.readouterr().err
