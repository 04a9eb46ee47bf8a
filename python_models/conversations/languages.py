"""The language of texts, told by their script, else by py3langid; all of it offline.

A text is looked at once in its life. The model does some 3,000 texts a second and core, more slowly
than anything else in the validation: it sees the beginning of a text only, and many texts are
shared among processes.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import duckdb
import pyarrow as pa

from ingestion.tables.language_model import language_model
from python_models.conversations.scripts import without_scripts, written_in

SEEN_CHARS = 800  # of a text's prose; more changes next to no answer and costs in proportion
READ_CHARS = 6 * SEEN_CHARS  # of a text, to find that much prose in
CERTAIN = 1.0  # a script that is one language's own; the model is never that sure
LIKELY = 0.95  # a script that several share: one of them, as the model says
ALMOST = 0.9999
SURE = 0.9  # of what the model says of the rest, else the letters of another script count
FEW = 0.25  # share of a text's letters from which they do
BATCH = 1_000
WORTH_PROCESSES = 6_000  # texts from which starting processes is the smaller cost
SCHEMA = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("language", pa.string()),
        ("confidence", pa.float64()),
    ]
)

Text = tuple[str, str]  # id, text
Found = tuple[str, str, float]  # id, language, probability

# turns of people, else those of anybody: what tools and prompts say is in a language of its own
_TURN = re.compile(r"^(system|user|assistant|tool): ", re.M)
# code, markup, tables and addresses belong to no language
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.M | re.S)
_NO_PROSE = re.compile(
    r"`[^`\n]+`|\$\$.+?\$\$|https?://\S+|&#?\w+;|[\w.+-]{1,64}@\S+|</?[A-Za-z][^<>]{0,400}>"
    r"|\b\w*[_/\\]\S*|\b\w+\.\w+\(.*?\)"
)
_SIGNS = re.compile(r"[0-9{}\[\]\"`*_=<>|#/\\]+")
_CODE_LINE = re.compile(
    # prose begins with a capital letter where code and commands have none
    r"[ \t]*(?:import\s+[\w.]+(?:\s+as\s.*)?|from\s+[\w.]+\s+import\s.*|\|.*|.*\|.*\|.*|"
    r"[\[{].*[\]}],?|.*[;{}]\s*|#include\s.*|<\?php.*|(?:>>>|\$)\s.*|"
    r"(?:def|class|public|private|func|function|fn|const|let|var)\s.*(?:[={]|[(:].*)|"
    r"return\b(?:.*[=({].*|\s+[\w.]+)|(?:if|for|while|elif|else|try|except|with)\b.*[:{]\s*|"
    r"\w+\s*[+-]?=\s*\S.*|[\w.]+\(.*\)[\w.()\[\]]*[,:]?|[\"'][^\"']*[\"']\s*:.*|[a-z_][\w.-]*:|"
    r"at [\w.$<>/]+\(.*\)|raise \w+.*)"
    r"|[ \t]*(?:(?:SELECT|FROM|(?:[A-Z]+ )?JOIN|WHERE|GROUP BY|ORDER BY|HAVING|INSERT INTO|UPDATE"
    r"|VALUES)\b.*|(?:select|insert|update)\s.*[=(*{].*|"
    r"(?:sudo|apt-get|pip3?|npm|git|docker|kubectl|curl|wget|cd|mkdir|chmod|ls) +"
    r"(?:install|update|run|clone|apply|get|apt-get|[-./~]).*)"
    # what programs print: traces, and logs with the time or the level before each line
    r"|Traceback \(.*|[ \t]+File \".*\", line \d.*|[\w.]*(?:Error|Exception): .*"
    r"|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*|\[(?:INFO|DEBUG|ERROR|WARN|WARNING|TRACE)\].*"
)
_INDENT = re.compile(r"[ \t]*")
_CELLS = re.compile(r",(?! |\d{3}\b)|\t")
_PEOPLE = frozenset(("user", "assistant"))
# what the model alone said of scripts it is no judge of, and what had no words
_MODEL_ALONE = (
    "('und', 'zh', 'wuu', 'yue', 'ja', 'ko', 'he', 'hbo', 'th', 'ar', 'ary', 'arz', 'fa', 'ur', "
    "'ps', 'ru', 'uk', 'bg', 'sr', 'be', 'mk', 'kk', 'hi', 'mr', 'ne', 'sa')"
)


def detect_new(
    session: duckdb.DuckDBPyConnection, texts: duckdb.DuckDBPyRelation, known: str | None
) -> pa.Table:
    """Tell the language of texts not looked at before.

    Args:
        session: connection to the build database.
        texts: relation with conversation_id and text.
        known: query for the conversation ids told before; none: there are none.

    Returns:
        One row per new text: conversation_id, ISO 639-1 code, probability 0..1.
    """
    condition = f" where conversation_id not in ({known})" if known else ""
    query = (
        f"select conversation_id, left(text, {READ_CHARS}) as text"
        f" from ({texts.sql_query()}){condition}"
    )
    counted = session.execute(f"select count(*) from ({query})").fetchone()
    count = counted[0] if counted else 0
    rows = _rows_of(session.cursor().execute(query))
    found = detect_many(rows, processes=workers_for(count))
    batches = (
        pa.RecordBatch.from_arrays(
            [pa.array(column) for column in zip(*part, strict=True)], schema=SCHEMA
        )
        for part in found
    )
    return pa.Table.from_batches(batches, SCHEMA)


def known_before(session: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return a query for the ids whose language a table holds already.

    Those that the model alone judged before scripts did are looked at again.
    """
    return (
        f"select conversation_id from {table}"
        f" where confidence >= {LIKELY} or language not in {_MODEL_ALONE}"
    )


def workers_for(count: int) -> int:
    """Return how many processes pay for so many texts; 0: this one alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, 8) if count >= WORTH_PROCESSES and (cores or 1) > 1 else 0


def detect_many(texts: Iterable[Text], *, processes: int = 0) -> Iterator[list[Found]]:
    """Yield (id, language, probability) of texts batch by batch, in their order."""
    batches = _batches(texts)
    if not processes:
        yield from map(detect_batch, batches)
        return
    # forking a process that runs threads (a database's) can hang: start fresh ones
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = [pool.submit(detect_batch, part) for part in islice(batches, 2 * processes)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(detect_batch, part) for part in islice(batches, 1)]


def detect_batch(texts: list[Text]) -> list[Found]:
    """Return (id, language, probability) of each text."""
    return [(text_id, *detect(text)) for text_id, text in texts]


def detect(text: str) -> tuple[str, float]:
    """Return the likeliest language of a text and its probability; `und`, 0 without words."""
    words = prose(text)[:SEEN_CHARS]
    if not any(letter.isalpha() for letter in words):
        return "und", 0.0
    written = written_in(words)
    if written is not None and written.language is not None:
        return written.language, CERTAIN
    if written is not None:
        return _of_those(words, written.among), LIKELY
    language, probability = language_model().classify(without_scripts(words))
    few = written_in(words, FEW) if probability < SURE else None
    if few is not None:
        return few.language or _of_those(words, few.among), LIKELY
    return str(language), min(float(probability), ALMOST)


def prose(text: str) -> str:
    """Return what people say in a conversation's text, without code, tables and addresses."""
    parts = _TURN.split(text)
    said = list(zip(parts[1::2], parts[2::2], strict=True)) or [("user", text)]
    of_people = [words for role, words in said if role in _PEOPLE]
    for chosen in (of_people, [words for _, words in said]):
        whole = _NO_PROSE.sub(" ", _FENCED.sub("", "\n".join(chosen)))
        found = _SIGNS.sub(" ", "\n".join(_without_code(whole.split("\n")))).strip()
        if found:
            return found
    return ""


def _without_code(lines: list[str]) -> Iterator[str]:
    """Yield the lines that are neither code, nor stand indented below it, nor rows of a table."""
    cells = [0, *(_cells_of(line) for line in lines), 0]
    below: int | None = None  # how far the code is indented that a line may belong to
    for at, line in enumerate(lines):
        depth = len(_INDENT.match(line).group())  # type: ignore[union-attr]
        if _is_code(line):
            below = depth
        elif not line.strip():
            yield line
        elif below is None or depth <= below:
            below = None
            if not cells[at + 1] or cells[at + 1] not in (cells[at], cells[at + 2]):
                yield line


def _cells_of(line: str) -> int:
    """Return how many cells a line has as a row of CSV or TSV; 0: it is none."""
    found = len(_CELLS.findall(line)) + 1
    return found if found > 2 and written_in(line) is None else 0


def _is_code(line: str) -> bool:
    """Say whether a line is code or a row of a table; a Greek question ends like a statement."""
    if _CODE_LINE.fullmatch(line) is None:
        return False
    return not line.rstrip().endswith((";", "\u037e")) or written_in(line) is None


def _of_those(words: str, languages: tuple[str, ...]) -> str:
    """Return the likeliest of some languages that share a script; else the commonest."""
    ranked: list[tuple[str, float]] = language_model().rank(words)
    known = [(name, share) for name, share in ranked if name in languages]
    total = sum(share for _, share in known)
    name, share = known[0] if known else (languages[0], 0.0)
    is_told = total > 0 and share >= 0.5 * total
    return name if is_told else languages[0]


def _rows_of(result: duckdb.DuckDBPyConnection) -> Iterator[Text]:
    while rows := result.fetchmany(BATCH):
        yield from rows


def _batches(texts: Iterable[Text]) -> Iterator[list[Text]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        yield batch
