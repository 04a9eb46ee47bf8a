"""A long run says how far it is; how many chunks are under way follows the rate."""

from __future__ import annotations

from ingestion.conversations.pacing import Window
from ingestion.landing.progress import Progress


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_names_rows_rate_bytes_and_what_is_left() -> None:
    said: list[str] = []
    clock = Clock()
    progress = Progress(4_000_000, said.append, clock)
    clock.now = 4.0
    progress.reached({"id": 1, "source": "chats"}, {"rows_so_far": 10, "bytes_so_far": 1})
    assert said == []  # not yet
    clock.now = 10.0
    progress.reached(
        {"id": 1, "source": "chats"}, {"rows_so_far": 20_000, "bytes_so_far": 1_000_000}
    )
    assert said == ["chats: 20,000 records, 2,000/s, 1.0 of 4.0 MB, 30 s left"]


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
