"""The demo's internet is the same for a seed and says that it is synthetic."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.news.demo import DemoInternet, demo_as_of
from ingestion.news.demo.__main__ import main
from ingestion.news.demo.internet import SIZES, make_world


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
