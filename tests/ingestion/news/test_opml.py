"""Feeds of a reader become declarations."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.lakehouse.settings import SettingsError
from ingestion.news import opml
from ingestion.news.declaration import FEEDS

pytestmark = pytest.mark.unit
BODY = """<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>mine</title></head>
<body><outline text="AI &amp; Robots"><outline text="Über uns" type="rss"
 xmlUrl="https://blog.example/feed.xml?a=1&amp;b=2" htmlUrl="https://blog.example/"/>
<outline text="Über uns" type="rss" xmlUrl="https://other.example/rss"/></outline>
<outline text="3D" xmlUrl="http://www.three.example/feed"/>
<outline text="again" type="rss" xmlUrl="https://three.example/feed?utm_source=x"/>
<outline text="list" type="link" xmlUrl="https://x.example/"/>
<outline text="mine" type="rss" xmlUrl="https://me:secret@x.example/feed"/>
<outline text="odd" type="rss" xmlUrl="javascript:alert(1)"/>
<outline text="" type="rss" xmlUrl="https://www.named.example/rss"/></body></opml>"""


def test_each_feed_is_declared_once_with_its_folder_as_category() -> None:
    found = opml.read_opml(BODY.encode())
    assert found.feeds == [
        {"feed": "uber_uns", "name": "Über uns", "url": "https://blog.example/feed.xml?a=1&b=2",
         "categories": ["ai_robots"]},
        {"feed": "uber_uns_2", "name": "Über uns", "url": "https://other.example/rss",
         "categories": ["ai_robots"]},
        {"feed": "feed_3d", "name": "3D", "url": "http://www.three.example/feed"},
        {"feed": "named_example", "name": "", "url": "https://www.named.example/rss"},
    ]  # fmt: skip


def test_what_is_left_out_is_said_with_its_reason_and_without_a_secret() -> None:
    said = opml.read_opml(BODY.encode()).left_out
    assert [line.partition(":")[0] for line in said] == ["again", "list", "mine", "odd"]
    assert not any("secret" in line for line in said)


def test_a_feed_that_is_declared_is_not_declared_again() -> None:
    known = [("uber_uns", "http://blog.example/feed.xml?b=2&a=1"), ("feed_3d", "http://y.example/")]
    found = opml.read_opml(BODY.encode(), known)
    assert [feed["feed"] for feed in found.feeds] == ["uber_uns_2", "feed_3d_2", "named_example"]


def test_the_file_written_declares_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, folder = tmp_path / "My feeds.opml", tmp_path / "declared"
    file.write_text(BODY, encoding="utf-8")
    monkeypatch.setenv("SLUICE_SOURCES", "")
    assert opml.main([str(file), "--to", str(folder)]) == 0
    monkeypatch.setenv("SLUICE_SOURCES", str(folder))
    declared = FEEDS.read_all([])
    assert declared["uber_uns"].declaration.url == "https://blog.example/feed.xml?a=1&b=2"
    written = yaml.safe_load((folder / "my_feeds.yml").read_text(encoding="utf-8"))
    assert len(written["feeds"]) == 4
    monkeypatch.setenv("SLUICE_SOURCES", "")
    with pytest.raises(SettingsError, match="exists"):
        opml.main([str(file), "--to", str(folder)])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain",
        b"<rss/>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><opml><body/></opml>',
    ],
)
def test_what_is_no_opml_is_said(content: bytes) -> None:
    with pytest.raises(SettingsError):
        opml.read_opml(content)
