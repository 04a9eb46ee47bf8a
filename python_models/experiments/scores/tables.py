"""Tables of judges: what a column of maxima or weights holds is no score."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[*_`]*(\d+(?:[.,]\d+)?)[*_`]*")
_RULE = re.compile(r"[\s|:—–-]+")
_GIVEN = (
    r"(?:points?|marks?|punkte|punktzahl|note|score|puntos?|punti|pontos|punteggio|voto|nota|"
    r"puntaje|puntuación|calificación|pontuação|classificação|valor)"
)
_MOST = re.compile(
    rf"(?:{_GIVEN}\s+)?(?:m[aá]x\w*|massim[oi]|höchst\w*|highest|(?:best )?possible|out of|of|von|"
    r"sur|su|sobre|barème|満点|配点|最高[点分]?|最大[点分値值]?|만점|배점|"
    r"최[고대] ?점수?|满分|分值)\W*"
    rf"(?:{_GIVEN})?\W*",
    re.I,
)
_WEIGHT = re.compile(r"(?:weight\w*|gewicht\w*|peso|poids|pondération|重み|가중치|权重)\W*", re.I)


def told_by_rows(lines: list[str]) -> list[str]:
    """Return the lines, of tables a maximum as `7/10`, weights left out, a single row by names."""
    found: list[str] = []
    table: list[list[str]] = []
    for line in [*lines, ""]:
        cells = _cells(line)
        if cells and (not table or len(cells) == len(table[0])):
            table += [cells] if not _RULE.fullmatch(line) else []
            continue
        found += _rows(table)
        table = [cells] if cells else []
        found += [] if cells else [line]
    return found[:-1]


def _cells(line: str) -> list[str]:
    is_row = line.count("|") > 1 and line.strip().startswith("|")
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if is_row else []


def _rows(table: list[list[str]]) -> list[str]:
    header = [re.sub(r"[*_`]", "", cell).strip() for cell in table[0]] if table else []
    if len(table) == 2 and len(header) > 1 and all(re.search(r"\d", cell) for cell in table[1]):
        return [" ; ".join(map(": ".join, zip(header, table[1], strict=True)))]
    most = next((at for at, name in enumerate(header) if _MOST.fullmatch(name)), None)
    weight = next((at for at, name in enumerate(header) if _WEIGHT.fullmatch(name)), None)
    for row in table[1:]:
        numbers = [at for at, cell in enumerate(row) if _NUMBER.fullmatch(cell)]
        others = [at for at in numbers if at not in (most, weight)]
        if most in numbers and len(others) == 1:
            row[others[0]] += f"/{row[most].strip('*_` ')}"
    kept = [at for at, _ in enumerate(header) if at not in (most, weight)]
    return [f"| {' | '.join(row[at] for at in kept)} |" for row in table]
