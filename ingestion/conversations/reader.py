"""What the reading process does with one file of conversations.

The file is cut into records here; standardising them is shared out to processes when there is
enough of it, a bounded number of chunks at a time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from ingestion.conversations.chunks import Chunk, Done, standardise_chunk
from ingestion.conversations.declaration import Dataset
from ingestion.conversations.decoding import Dialect, Position, records
from ingestion.conversations.pacing import Window
from ingestion.conversations.payload import Payload, Wrapped
from ingestion.landing.own_reader import own_rows
from ingestion.landing.rejecting import Unreadable
from ingestion.landing.worker import FileRead, Job, ReaderContext

CHUNK_RECORDS = 8_000
CHUNK_BYTES = 8 * 1024 * 1024
SHARED_FROM = 4 * 1024 * 1024  # less is standardised here: processes take time to start


def read(context: ReaderContext, job: Job) -> FileRead:
    """Standardise one file: each record is accepted or a reject.

    Raises:
        Unreadable: the whole file is refused.
    """
    dataset = context.declaration(job, Dataset)
    position = Position()
    chunks = _chunks(_records(dataset, job, position), job, dataset)
    found = FileRead()
    processes = int(job.asked["processes"])
    if processes > 1 and _bytes_so_far(context, job) >= SHARED_FROM:
        window = Window(processes, is_adaptive=job.asked["mode"] == "adaptive")
        answers = _shared_out(*_pool(context, processes), window, chunks)
    else:
        answers = (standardise_chunk(chunk) for chunk in chunks)
    for done in answers:
        found.rows_in += done.accepted + len(done.rejects)
        found.rows_accepted += done.accepted
        found.rejects += done.rejects
        found.parts += done.parts
        context.tell(job.number, found.rows_in, position.byte_count)
    if found.rows_in == 0:
        raise Unreadable("empty_file", "the file holds no record")
    return found


def _records(dataset: Dataset, job: Job, position: Position) -> Iterator[Payload]:
    name = job.part or job.origin.source_file
    if dataset.reader is None:
        return records(job.path, name, Dialect(dataset.encoding, dataset.delimiter), position)
    return own_rows(dataset.reader, job.path)


def _chunks(payloads: Iterable[Payload], job: Job, dataset: Dataset) -> Iterator[Chunk]:
    waiting: list[Payload] = []
    number, size = 1, 0

    def cut() -> Chunk:
        return Chunk(tuple(waiting), number, job.origin, dataset.wishes, job.scratch)

    for payload in payloads:
        waiting.append(payload)
        text = payload.text if isinstance(payload, Wrapped) else payload
        size += len(text) if isinstance(text, bytes | str) else 1_000
        if size >= CHUNK_BYTES or len(waiting) >= CHUNK_RECORDS:
            yield cut()
            number += len(waiting)
            waiting, size = [], 0
    if waiting:
        yield cut()


def _bytes_so_far(context: ReaderContext, job: Job) -> int:
    """The bytes of this file and those before it: many small files are worth processes too."""
    with context.guard:
        context.kept["bytes"] = context.kept.get("bytes", 0) + job.path.stat().st_size
        return int(context.kept["bytes"])


def _shared_out(
    pool: ProcessPoolExecutor,
    places: threading.Semaphore,
    window: Window,
    chunks: Iterator[Chunk],
) -> Iterator[Done]:
    """Give chunks to processes, as many at once as the window allows; answers come in order.

    `places` bounds the chunks of all files under way: a file that has some waits for its own.
    """
    waiting: deque[Future[Done]] = deque()

    def answer() -> Done:
        done = waiting[0].result()
        waiting.popleft()
        places.release()
        window.took(done.accepted + len(done.rejects))
        return done

    try:
        for chunk in chunks:
            while not places.acquire(blocking=not waiting):
                yield answer()
            waiting.append(pool.submit(standardise_chunk, chunk))
            while len(waiting) >= window.size:
                yield answer()
        while waiting:
            yield answer()
    finally:
        for future in waiting:  # the file turned out to be unreadable
            future.cancel()
            places.release()


def _pool(
    context: ReaderContext, processes: int
) -> tuple[ProcessPoolExecutor, threading.Semaphore]:
    """The processes that all files share, and places for chunks under way."""
    with context.guard:
        if "pool" not in context.kept:
            forkserver = multiprocessing.get_context("forkserver")
            forkserver.set_forkserver_preload([standardise_chunk.__module__])
            # left to the interpreter's end, it is woken through a pipe that may be closed by then
            pool = context.closing.enter_context(
                ProcessPoolExecutor(processes, mp_context=forkserver, initializer=_prepare)
            )
            context.kept["pool"] = (pool, threading.Semaphore(2 * processes))
    kept: tuple[ProcessPoolExecutor, threading.Semaphore] = context.kept["pool"]
    return kept


def _prepare() -> None:
    """Make a process of the pool ready: a chunk's rows are many and hold no cycles."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    _end_with_parent()


def _end_with_parent() -> None:
    """A process of the pool that outlives the one that reads would wait for work for ever."""
    parent: Any = multiprocessing.parent_process()

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
