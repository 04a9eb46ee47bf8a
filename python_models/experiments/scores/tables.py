"""Tables of judges: what a column of maxima or weights holds is no score."""

from __future__ import annotations

import re

_RULE = re.compile(r"[\s|:—–-]+")
_MOST = re.compile(
    r"(?:max\w*|m[aá]xim\w+|massimo|out of|of|possible|von|sur|su|sobre|満点|配点|만점|배점|满分)\W*"
    r"(?:points?|punkte|score|puntos|punti|pontos|punteggio)?\W*",
    re.I,
)
_WEIGHT = re.compile(r"(?:weight\w*|gewicht\w*|peso|poids|pondération|重み|가중치|权重)\W*", re.I)


def without_maxima(lines: list[str]) -> list[str]:
    """Return the lines, in rows of tables a maximum as `(max 10)` and weights left out."""
    found: list[str] = []
    header: list[str] = []
    for line in lines:
        cells = line.strip().strip("|").split("|") if line.count("|") > 1 else []
        if not cells:
            header = []
        elif not header:
            header = [re.sub(r"[*_`]", "", cell).strip() for cell in cells]
        elif not _RULE.fullmatch(line) and len(cells) == len(header):
            told = map(_told, header, cells)
            line = f"| {' | '.join(told)} |" if any(map(_is_bound, header)) else line
        found.append(line)
    return found


def _is_bound(name: str) -> bool:
    return _MOST.fullmatch(name) is not None or _WEIGHT.fullmatch(name) is not None


def _told(name: str, cell: str) -> str:
    cell = cell.strip()
    if _WEIGHT.fullmatch(name) or (_MOST.fullmatch(name) and not re.search(r"\d", cell)):
        return ""
    return f"(max {cell.strip('* ')})" if _MOST.fullmatch(name) else cell
