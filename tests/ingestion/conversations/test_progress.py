"""A long run says how far it is; how many chunks are under way follows the rate."""

from __future__ import annotations

from ingestion.conversations.pacing import Window
from ingestion.lakehouse.lake import lake
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.progress import Progress, landing_progress, recorded


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_names_rows_rate_bytes_and_what_is_left() -> None:
    said: list[str] = []
    clock = Clock()
    found = FoundFile("chats", "data", "/x/a.jsonl", "a.jsonl", 4_000_000, "1")
    progress = Progress([found], said.append, clock=clock)
    clock.now = 4.0
    progress.reached({"id": 1, "source": "chats"}, {"rows_so_far": 10, "bytes_so_far": 1})
    assert said == []  # not yet
    clock.now = 10.0
    progress.reached(
        {"id": 1, "source": "chats"}, {"rows_so_far": 20_000, "bytes_so_far": 1_000_000}
    )
    assert said == ["chats: 20,000 records, 2,000/s, 1.0 of 4.0 MB, 30 s left"]


def test_a_landing_is_seen_from_outside_source_by_source_while_it_goes_on(
    clean_settings: None,
) -> None:
    files = [
        FoundFile(source, "data", f"/x/{name}", name, size, "1")
        for source, name, size in (("chats", "a.jsonl", 400), ("chats", "b.jsonl", 600),
                                   ("letters", "c.csv", 50))
    ]  # fmt: skip
    assert landing_progress("conversations") is None
    clock = Clock()
    with recorded("conversations", files, lambda _: None) as progress:
        progress.clock = clock
        progress.begin()
        progress.reached({"id": 0, "source": "chats"}, {"rows_so_far": 7, "bytes_so_far": 300})
        clock.now += 2.0
        progress.reached({"id": 0, "source": "chats"}, {"rows_so_far": 9, "bytes_so_far": 400})
        clock.now += 2.0
        progress.finished(files[0])
        told = landing_progress("conversations")
        assert told is not None
        seconds, (chats, letters) = told
        assert (seconds, chats.rows, chats.bytes, chats.bytes_in_all) == (4.0, 9, 400, 1_000)
        assert (chats.files_read, chats.files) == (1, 2)
        assert (letters.rows, letters.files_read, letters.files) == (0, 0, 1)
        left_behind = lake().dlt_dir / "conversations.reading.json"
        copy = left_behind.read_bytes()
    assert landing_progress("conversations") is None
    left_behind.write_bytes(copy)  # as a landing leaves it that is killed
    assert landing_progress("conversations") is None


def rated(rate_of: dict[int, float], rounds: int) -> Window:
    """Run an adaptive window whose rate depends on its size."""
    clock = Clock()
    window = Window(4, is_adaptive=True, clock=clock)
    for _ in range(rounds * Window.STEP_CHUNKS):
        clock.now += 1000 / rate_of[window.size]
        window.took(1000)
    return window


def test_a_window_grows_while_more_at_once_is_faster() -> None:
    assert rated({size: 1000.0 * size for size in range(1, 9)}, 20).size >= 7


def test_a_window_stays_small_when_more_at_once_is_no_faster() -> None:
    assert rated(dict.fromkeys(range(1, 9), 1000.0), 20).size <= 3


def test_a_fixed_window_stays() -> None:
    window = Window(4, is_adaptive=False)
    for _ in range(100):
        window.took(1)
    assert window.size == 8
