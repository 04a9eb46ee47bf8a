"""What is read in other processes waits where it is kept until one of them is free."""

from __future__ import annotations

import asyncio
import os
from functools import partial

import pytest

from ingestion.landing.web.workers import Late, ReadingCrashed, Workers


def test_what_waits_for_a_process_is_not_held_in_memory() -> None:
    held: list[int] = []
    done: list[int] = []
    most = 0

    def get(number: int) -> bytes:
        nonlocal most
        held.append(number)
        most = max(most, len(held) - len(done))
        return b"x" * number

    async def read_all() -> list[int]:
        async with Workers(count=1) as workers:

            async def one(number: int) -> int:
                size = await workers.run(len, Late(partial(get, number)))
                done.append(number)
                return size

            return await asyncio.gather(*map(one, range(30)))

    assert asyncio.run(read_all()) == list(range(30))
    assert sorted(held) == list(range(30))
    assert most <= 2  # one is read, one waits beside it


def test_what_cannot_be_got_is_raised_and_holds_nobody_up() -> None:
    def lost() -> bytes:
        raise OSError("gone")

    async def read_both() -> int:
        async with Workers(count=1) as workers:
            with pytest.raises(OSError, match="gone"):
                await workers.run(len, Late(lost))
            return await workers.run(len, b"ab")

    assert asyncio.run(read_both()) == 2


def test_what_a_reader_did_not_foresee_holds_up_nothing_else() -> None:
    async def read_both() -> tuple[object, ...]:
        async with Workers(count=1) as workers:
            both = workers.run(int, b"no number"), workers.run(int, b"7")
            return tuple(await asyncio.gather(*both, return_exceptions=True))

    failed, read = asyncio.run(read_both())
    assert isinstance(failed, ReadingCrashed) and "ValueError: invalid literal" in str(failed)
    assert read == 7


def test_processes_that_were_started_before_get_ready_once_and_read() -> None:
    async def read() -> tuple[int, int]:
        async with Workers(count=2) as workers:
            for _ in range(3):
                workers.start(partial(float, "7"))
            assert workers._pool is not None and len(workers._pool._processes) == 2
            return await workers.run(len, b"abc"), await workers.run(os.nice, 0)

    size, niceness = asyncio.run(read())
    assert size == 3
    assert niceness > os.nice(0)  # reading gives way to asking


def test_who_cannot_get_ready_reads_all_the_same() -> None:
    async def read() -> int:
        async with Workers(count=1) as workers:
            workers.start(partial(int, "no number"))
            return await workers.run(len, b"abc")

    assert asyncio.run(read()) == 3
