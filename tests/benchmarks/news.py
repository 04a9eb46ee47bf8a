"""How fast news is asked and read, against what the hosts' pace and the machine allow.

`python -m tests.benchmarks.news` serves SYNTHETIC hosts (feeds and pages, each answer 200 ms
late) from a process of its own, lands a run of them, lands a second one with nothing new, and
reads the same pages with trafilatura alone in the same run. The wall clock is held against

    max(requests x latency / 32, pages of the busiest host x gap, CPU seconds / cores)

which is what no scraper that asks 32 at once and keeps the gap can go below.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.benchmarks.measure import measured
from tests.benchmarks.report import machine
from tests.ingestion.landing.web.local_web import LocalWeb, Reply

AT_ONCE = 32
WORDS = "model chip law court price data paper agent cloud energy team market user result company"
WALL, CPU_MS, MEMORY_MB, NOTHING_NEW_SECONDS = 1.2, 10.0, 800, 15.0  # what is to be reached
AS_OF = ("2026-02-03T18:00:00", "2026-02-04T18:00:00")


@dataclass(frozen=True)
class Size:
    """How much is asked, and how slowly it answers."""

    hosts: int = 90
    pages: int = 2_000
    latency: float = 0.2
    gap: float = 1.0

    def numbers(self, host: int) -> range:
        """Return the pages of one host."""
        first = host * self.pages // self.hosts
        return range(first, (host + 1) * self.pages // self.hosts)


def address(host: int, port: int) -> str:
    """Return where a host is: all are this machine, each under an address of its own."""
    return f"http://127.0.1.{host + 1}:{port}"


def page_of(number: int, texts: list[bytes]) -> bytes:
    """Return a page of its own: one of the given ones, or a made one, with a line of its own."""
    own = f"<p>This is page {number} of all those that are served here today.</p>".encode()
    if texts:
        return texts[number % len(texts)].replace(b"</body>", own + b"</body>", 1)
    dice = random.Random(number)
    words = WORDS.split()

    def sentence() -> str:
        return " ".join(dice.choices(words, k=dice.randint(8, 20))).capitalize() + "."

    def paragraph() -> str:
        return "<p>" + " ".join(sentence() for _ in range(dice.randint(2, 6))) + "</p>"

    links = "".join(f'<li><a href="/{dice.randint(1, 9999)}">{sentence()}</a></li>'
                    for _ in range(120))  # fmt: skip
    body = "".join(paragraph() for _ in range(18))
    return (
        f"<html><head><title>Page {number}</title></head><body><nav><ul>{links}</ul></nav>"
        f"<article><h1>Page {number}</h1>{body}</article><aside><ul>{links}</ul></aside>"
    ).encode() + own + b"</body></html>"  # fmt: skip


def feed_of(numbers: range, base: str) -> bytes:
    """Return a feed of pages."""
    items = "".join(
        f"<item><guid>{n}</guid><link>{base}/{n}</link><title>Page {n}</title>"
        "<pubDate>Tue, 03 Feb 2026 12:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def serve(size: Size, folder: Path, texts: list[bytes]) -> None:
    """Serve until stdin ends; writes the port, and in the end the log."""
    with LocalWeb() as web:
        for host in range(size.hosts):
            name, base = f"127.0.1.{host + 1}", address(host, web.port)
            rules = f"User-agent: *\nDisallow: /{size.numbers(host)[0]}\n"
            web.say(name, "/robots.txt", Reply(rules.encode(), seconds=size.latency))
            feed = Reply(feed_of(size.numbers(host), base), headers={"ETag": f'"{host}"'},
                         seconds=size.latency)  # fmt: skip
            web.routes[name, "/feed"] = _conditional(feed, size)
            for number in size.numbers(host):
                web.say(name, f"/{number}", Reply(page_of(number, texts), seconds=size.latency))
        (folder / "port").write_text(str(web.port))
        sys.stdin.read()
        log = [(one.host, one.path) for one in web.log]
        told = {"log": log, "most_at_once": max(web.most_at_once.values(), default=0)}
        (folder / "log.json").write_text(json.dumps(told))


def _conditional(feed: Reply, size: Size) -> Any:
    def answer(request: Any) -> Reply:
        if request.headers.get("if-none-match") == feed.headers["ETag"]:
            return Reply(status=304, seconds=size.latency)
        return feed

    return answer


def bench(size: Size, root: Path, pages: Path | None) -> dict[str, Any]:
    """Serve, land twice, read the pages alone; returns the figures."""
    command = [sys.executable, "-m", "tests.benchmarks.news", "--serve", str(root),
               *(["--folder", str(pages)] if pages else []), *_options(size)]  # fmt: skip
    server = subprocess.Popen(command, cwd=PROJECT_ROOT, stdin=subprocess.PIPE)
    try:
        while not (root / "port").exists():
            time.sleep(0.1)
        port = int((root / "port").read_text())
        environment = _declare(size, root, port)
        first = _landed(environment, AS_OF[0])
        second = _landed(environment, AS_OF[1])
    finally:
        assert server.stdin is not None
        server.stdin.close()
        server.wait(60)
    told = json.loads((root / "log.json").read_text())
    return _figures(size, first, second, told, _floor(size, texts_of(pages)))


def _declare(size: Size, root: Path, port: int) -> dict[str, str]:
    declared = root / "declared"
    declared.mkdir()
    feeds = [
        {"feed": f"host{host}", "url": f"{address(host, port)}/feed", "allow_private": True,
         "gap_seconds": size.gap}
        for host in range(size.hosts)
    ]  # fmt: skip
    (declared / "feeds.yml").write_text(yaml.safe_dump({"feeds": feeds}))
    report = {"report": "bench", "categories": [{"name": "all"}]}
    (declared / "report.yml").write_text(yaml.safe_dump(report))
    return os.environ | {
        "SLUICE_LAKE": str(root / "lake"),
        "SLUICE_SOURCES": str(declared),
        "SLUICE_CONTACT": "mailto:bench@example.org",
        "SLUICE_NEWS_RUN": "1",
    }


def _landed(environment: Mapping[str, str], as_of: str) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    known = dict(environment) | {"SLUICE_NEWS_AS_OF": as_of}
    found = measured([sys.executable, "-m", "ingestion", "news"], known, PROJECT_ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found.as_row() | {"cpu": cpu}


def texts_of(pages: Path | None) -> list[bytes]:
    """Return the bytes of a folder's pages."""
    return [path.read_bytes() for path in sorted(pages.glob("*.html"))] if pages else []


def _floor(size: Size, texts: list[bytes]) -> float:
    """Return trafilatura's own CPU milliseconds a page, on the same pages."""
    import trafilatura

    sample = [page_of(number, texts) for number in range(0, size.pages, max(1, size.pages // 200))]
    trafilatura.extract(sample[0].decode(errors="replace"), favor_precision=True)
    begun = time.process_time()
    for content in sample:
        trafilatura.extract(content.decode(errors="replace"), favor_precision=True)
    return (time.process_time() - begun) * 1000 / len(sample)


def _figures(
    size: Size, first: dict[str, Any], second: dict[str, Any], told: dict[str, Any], floor: float
) -> dict[str, Any]:
    asked = Counter((host, path) for host, path in told["log"])
    requests = sum(asked.values())
    feeds = sum(count for (_, path), count in asked.items() if path == "/feed")
    pages = {key: count for key, count in asked.items() if key[1] not in ("/feed", "/robots.txt")}
    busiest = max(Counter(host for host, _ in pages).values())
    bounds = {
        "latency": (requests - size.hosts) * size.latency / AT_ONCE,
        "gap": (busiest + 2) * size.gap,
        "cpu": first["cpu"] / (os.cpu_count() or 2),
    }
    disallowed = {(f"127.0.1.{host + 1}", f"/{size.numbers(host)[0]}")
                  for host in range(size.hosts)}  # fmt: skip
    return {
        "requests": requests,
        "pages": sum(pages.values()),
        "pages_twice": sum(count - 1 for count in pages.values()),
        "second_feeds": feeds - size.hosts,
        "most_at_once_at_a_host": told["most_at_once"],
        "disallowed_asked": len(disallowed & set(pages)),
        "bounds_s": bounds,
        "wall_s": first["seconds"],
        "wall_to_bound": first["seconds"] / max(bounds.values()),
        "cpu_ms_a_page": first["cpu"] * 1000 / max(1, sum(pages.values())),
        "trafilatura_ms_a_page": floor,
        "peak_mb": max(first["peak_mb"], second["peak_mb"]),
        "nothing_new_s": second["seconds"],
        "machine": machine(),
    }


def _options(size: Size) -> list[str]:
    return [f"--{name}={value}" for name, value in vars(size).items()]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print its figures; returns 1 when one is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.news", description=__doc__)
    for name, value in vars(Size()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--folder", type=Path,
                        help="folder of *.html to serve instead of made ones")  # fmt: skip
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    size = Size(options.hosts, options.pages, options.latency, options.gap)
    if options.serve:
        serve(size, options.serve, texts_of(options.folder))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = bench(size, Path(folder), options.folder)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    sys.stdout.write("reached\n" if is_reached(found, size) else "not reached\n")
    return 0 if is_reached(found, size) else 1


def is_reached(found: Mapping[str, Any], size: Size) -> bool:
    """Say whether figures are as they are to be."""
    return bool(
        found["wall_to_bound"] <= WALL
        and found["cpu_ms_a_page"] <= found["trafilatura_ms_a_page"] + CPU_MS
        and found["peak_mb"] < MEMORY_MB
        and found["nothing_new_s"] <= NOTHING_NEW_SECONDS
        and found["second_feeds"] == size.hosts
        and found["pages_twice"] == found["disallowed_asked"] == 0
        and found["most_at_once_at_a_host"] == 1
    )


if __name__ == "__main__":
    sys.exit(main())
