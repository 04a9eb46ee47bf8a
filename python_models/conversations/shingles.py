"""Texts as sets of hashed shingles: three words in a row, computed a column at a time.

A word is a run of letters and digits, lower case; in scripts written without spaces (Han, kana,
Thai, Lao) each character is one. A text of fewer than three words is one shingle. Hashes are
64-bit polynomials over UTF-8 bytes modulo 2^64, mixed afterwards (Steele et al., 2014, SplitMix):
the same on every machine, so that signatures made of them can be kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

WORDS = 3
# texts are hashed so many bytes at a time: the columns made for a byte take about forty
CHUNK_BYTES = 4_000_000

_BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
_BASE_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_PLACES = (
    np.uint64(0xD6E8FEB86659FD93),
    np.uint64(0xA0761D6478BD642F),
    np.uint64(0xE7037ED1A0B428DB),
)


@dataclass(frozen=True)
class Shingles:
    """Hashes of the shingles of some texts, one after the other; a text's may repeat.

    Attributes:
        hashes: uint64, all texts' shingles in order.
        offsets: int64, one more than there are texts; text i has hashes[offsets[i]:offsets[i+1]].
    """

    hashes: np.ndarray
    offsets: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Number of shingles of each text, repeated ones counted; 0 for a text without words."""
        return np.diff(self.offsets)


def shingle(texts: pa.Array) -> Shingles:
    """Return the shingles of a column of texts; null and wordless texts have none."""
    lowered = pc.utf8_lower(pc.fill_null(texts, "")).cast(pa.large_string())
    ends = np.frombuffer(lowered.buffers()[1], dtype=np.int64)[lowered.offset :][: len(lowered) + 1]
    found = [_shingle_part(lowered[a:b]) for a, b in _parts(ends)]
    if not found:
        return Shingles(np.empty(0, np.uint64), np.zeros(1, np.int64))
    counts = np.concatenate([part.counts for part in found])
    hashes = np.concatenate([part.hashes for part in found])
    return Shingles(hashes, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))


def _parts(ends: np.ndarray) -> list[tuple[int, int]]:
    """Cut a column into ranges of about `CHUNK_BYTES`."""
    count, at, parts = len(ends) - 1, 0, []
    while at < count:
        beyond = int(np.searchsorted(ends, ends[at] + CHUNK_BYTES, side="right")) - 1
        upto = min(max(beyond, at + 1), count)
        parts.append((at, upto))
        at = upto
    return parts


def _shingle_part(texts: pa.LargeStringArray) -> Shingles:
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset :][: len(texts) + 1]
    data = texts.buffers()[2]
    whole = np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, np.uint8)
    text = whole[offsets[0] : offsets[-1]]
    starts, ends = _words(text, offsets[:-1] - offsets[0])
    words = _hash_spans(text, starts, ends)
    bounds = np.searchsorted(starts, offsets - offsets[0])
    return _join_words(words, bounds.astype(np.int64))


def _words(text: np.ndarray, text_starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the words of some texts, laid end to end, start and end (bytes)."""
    is_word = ((text >= 48) & (text <= 57)) | ((text >= 97) & (text <= 122)) | (text >= 0x80)
    following = np.append(text[1:], np.uint8(0))
    # general punctuation (dashes, curly quotes) and the signs of Latin-1 separate like ASCII ones
    is_sign = (text == 0xE2) & ((following == 0x80) | (following == 0x81))
    is_latin = text == 0xC2
    is_sign_part = is_sign | is_latin
    is_sign_part[1:] |= is_sign[:-1] | is_latin[:-1]
    is_sign_part[2:] |= is_sign[:-2]
    is_word &= ~is_sign_part
    lead = (text >= 0xE3) & (text <= 0xE9)
    lead |= (text == 0xE0) & (following >= 0xB8) & (following <= 0xBB)
    in_unspaced = lead.copy()
    in_unspaced[1:] |= lead[:-1]
    in_unspaced[2:] |= lead[:-2]
    breaks = np.zeros(len(text), dtype=bool)  # a word cannot go on from the byte before
    breaks[1:] = ~is_word[:-1] | in_unspaced[:-1]
    breaks[text_starts[text_starts < len(text)]] = True
    begins = lead | (is_word & ~in_unspaced & breaks)
    starts = np.flatnonzero(begins)
    stops = np.flatnonzero(begins | ~is_word | breaks)
    after = np.searchsorted(stops, starts, side="right")
    ends = np.append(stops, len(text))[after]
    ends = np.where(lead[starts], np.minimum(starts + 3, len(text)), ends)
    return starts, ends


def _hash_spans(text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return one hash for each span of bytes, by differences of a running polynomial."""
    with np.errstate(over="ignore"):
        powers = _powers(len(text) + 1, _BASE)
        running = np.zeros(len(text) + 1, dtype=np.uint64)
        np.cumsum((text.astype(np.uint64) + np.uint64(1)) * powers[:-1], out=running[1:])
        shifted = (running[ends] - running[starts]) * _powers(len(text) + 1, _BASE_INVERSE)[starts]
        return mixed(shifted)


_POWERS: dict[int, np.ndarray] = {}


def _powers(count: int, base: np.uint64) -> np.ndarray:
    known = _POWERS.get(int(base))
    if known is None or len(known) < count:
        size = max(count, CHUNK_BYTES + 1)
        factors = np.full(size, base, dtype=np.uint64)
        factors[0] = 1
        with np.errstate(over="ignore"):
            known = np.multiply.accumulate(factors)
        if size <= CHUNK_BYTES + 1:  # one huge text must not stay in memory for ever
            _POWERS[int(base)] = known
    return known[:count]


def mixed(values: np.ndarray) -> np.ndarray:
    """Return 64-bit values whose every bit depends on every bit of the input."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


def _join_words(words: np.ndarray, bounds: np.ndarray) -> Shingles:
    """Return shingles of `WORDS` words each; a shorter text gives one of all its words."""
    counts = np.diff(bounds)
    kept = np.where(counts >= WORDS, counts - WORDS + 1, np.minimum(counts, 1))
    offsets = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
    # the first word of each shingle: those of a text follow each other without a gap
    first = np.arange(offsets[-1]) + np.repeat(bounds[:-1] - offsets[:-1], kept)
    last = np.repeat(bounds[1:], kept)
    joined = np.zeros(len(first), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for place, factor in enumerate(_PLACES):
            at = first + place
            is_there = at < last
            value = words[np.minimum(at, max(len(words) - 1, 0))] if len(words) else joined
            joined += np.where(is_there, value * factor, np.uint64(0))
    return Shingles(mixed(joined), offsets)
