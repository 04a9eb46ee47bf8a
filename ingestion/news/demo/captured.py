"""Feeds that were captured as files, served as if each had a host of its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from ingestion.lakehouse.settings import SettingsError
from ingestion.news.demo.server import DemoInternet
from ingestion.news.feeds import read_feed

_TYPES = {
    ".xml": "application/xml",
    ".json": "application/feed+json",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
}
_NEWEST_YEAR_AHEAD = 1  # a later date than this beyond the others is one by mistake


class CapturedInternet(DemoInternet):
    """The captured feeds of a folder; their pages are not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = sorted(path for path in folder.iterdir() if path.suffix in _TYPES)
        if not paths:
            raise SettingsError(f"DATA={folder} has no captured feed ({', '.join(_TYPES)}).")
        self._names = {f"c_{re.sub('[^a-z0-9]', '_', path.stem.lower())}": path for path in paths}
        hosts = {
            _host(name): {
                "/feed": {
                    "body": path.read_bytes().decode("latin-1"),
                    "encoding": "latin-1",
                    "headers": {"Content-Type": _TYPES[path.suffix]},
                }
            }
            for name, path in self._names.items()
        }
        self.as_of = self._last_evening(paths)
        self._serve(hosts, 0.0)

    def declarations(self, folder: Path) -> Path:
        """Write a declaration of each feed into a folder and return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        feeds = [
            {"feed": name, "url": f"http://{_host(name)}/feed", "gap_seconds": 0, "text": "feed"}
            for name in self._names
        ]
        path = folder / "captured_feeds.yml"
        path.write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
        return path

    def _last_evening(self, paths: list[Path]) -> datetime:
        """Return the end of the newest day that entries are dated, odd ones left out."""
        dates = sorted(
            item["published_at"]
            for path in paths
            for item in read_feed(path.read_bytes(), url="http://captured.example/").items
            if item["published_at"]
        )
        if not dates:
            return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        limit = dates[len(dates) * 95 // 100] + timedelta(days=365 * _NEWEST_YEAR_AHEAD)
        newest = [at for at in dates if at <= limit][-1]
        return newest.replace(hour=23, minute=59, second=0, microsecond=0)


def _host(name: str) -> str:
    return f"{name.replace('_', '-')}.captured.example"
