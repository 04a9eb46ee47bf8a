"""SQL that turns what a source calls a time into UTC, exactly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingestion.lakehouse.sql_text import literal
from ingestion.tables.grammar import EPOCHS, Instant
from ingestion.tables.trimming import trimmed_sql

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # years 1 to 9999
_DIGITS = {"epoch_s": 6, "epoch_ms": 3, "epoch_us": 0}


@dataclass(frozen=True)
class Shift:
    """A change of a zone's offset: the local times around it that are lost or shown twice."""

    local: datetime  # clock time from which the new offset holds
    low: datetime  # clock times from low (inclusive) to high (exclusive) are lost or doubled
    high: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True)
class TimeSql:
    """How a time is read: columns to compute once for each row, and expressions over them."""

    computed: str  # `expression as name` of each column
    local: str  # clock time as written, before the zone is applied; null when it cannot be read
    utc: str
    problem: str  # null, or a reason code

    def over(self, relation: str) -> str:
        """Return a relation with the computed columns."""
        return f"(select *, {self.computed} from {relation})" if self.computed else relation


def before_since(since: date | None, utc: str) -> list[str]:
    """Return what is wrong with a row from before the declared day, as a case of SQL has it."""
    if since is None:
        return []
    return [f"when ({utc}) < date {literal(since.isoformat())} then 'before_since:'"]


def instant_sql(
    instant: Instant,
    columns: list[tuple[str, str]],
    low: datetime | None,
    high: datetime | None,
    name: str = "time",
    by_order: bool = False,
) -> TimeSql:
    """Return the expressions for columns given as (identifier, DuckDB type).

    `low` and `high` bound the clock times that occur: only shifts between them are compared.
    With `by_order` the relation says in `{name}_pass` where a clock time that was shown twice
    belongs by its place in the file: 1, 2, or null for not known; see `passes_sql`.
    """
    parsed, utc_already, is_empty = _parsed(instant, columns)
    computed = (
        f"{parsed} as {name}_local, {utc_already} as {name}_is_utc, {is_empty} as {name}_is_empty"
    )
    local, empty = f"{name}_local", f"{name}_is_empty"
    is_utc = "true" if utc_already == "true" else f"{name}_is_utc"
    shifts = [] if instant.zone == "UTC" else _shifts_between(instant.zone, low, high)
    in_order = f"{name}_pass" if by_order else None
    offset = _offset_sql(instant, local, shifts, low, in_order)
    is_plain = is_utc == "true" or instant.zone == "UTC"
    utc = local if is_plain else f"case when {is_utc} then {local} else {local} - {offset} end"
    problem = (
        f"case when {empty} then 'missing_timestamp' "
        f"when {local} is null or not {local} between timestamp '0001-01-01' "
        "and timestamp '9999-12-31 23:59:59.999999' then 'bad_timestamp'"
    )
    if is_utc != "true":
        for shift in shifts:
            inside = f"{local} >= {_literal(shift.low)} and {local} < {_literal(shift.high)}"
            if shift.after > shift.before:
                problem += f" when not {is_utc} and {inside} then 'nonexistent_local_time'"
            elif instant.ambiguous == "reject":
                unknown = f" and {in_order} is null" if in_order else ""
                problem += f" when not {is_utc} and {inside}{unknown} then 'ambiguous_local_time'"
    return TimeSql(computed, local, utc, problem + " end")


def _parsed(instant: Instant, columns: list[tuple[str, str]]) -> tuple[str, str, str]:
    """Return (clock time, whether it is UTC already, whether it is empty) as SQL."""
    name, kind = columns[0]
    if len(columns) == 1 and kind == "TIMESTAMP WITH TIME ZONE":
        # a naive value was read as UTC: declared so, or it has its own offset
        return f"make_timestamp(epoch_us({name}))", "true", f"{name} is null"
    if len(columns) == 1 and kind.startswith("TIMESTAMP"):
        return f"cast({name} as timestamp)", "false", f"{name} is null"
    if len(columns) == 1 and kind == "DATE":
        return f"cast({name} as timestamp)", "false", f"{name} is null"
    parts = [
        trimmed_sql(column if kind == "VARCHAR" else f"cast({column} as varchar)")
        for column, kind in columns
    ]
    text = parts[0] if len(parts) == 1 else f"nullif(concat_ws(' ', {', '.join(parts)}), '')"
    tried = [_tried(text, entry, instant.zone) for entry in instant.format]
    local = tried[0][0] if len(tried) == 1 else f"coalesce({', '.join(one for one, _ in tried)})"
    if len(tried) == 1:
        is_utc = tried[0][1]
    else:
        cases = " ".join(f"when {one} is not null then {utc}" for one, utc in tried)
        is_utc = f"(case {cases} else false end)"
    return local, is_utc, f"coalesce({text}, '') = ''"


def _tried(text: str, entry: str, zone: str) -> tuple[str, str]:
    """Return (clock time, whether that is UTC) for one declared format."""
    if entry in EPOCHS:
        return _epoch(text, entry), "true"
    if entry == "iso" and zone == "UTC":
        # connections here are set to UTC: without an offset, the same clock time
        return f"make_timestamp(epoch_us(try_cast({text} as timestamptz)))", "true"
    if entry == "iso":
        # what follows the date has a sign, or ends in Z, only when it names an offset
        clock = f"substr({text}, 11)"
        has_offset = (
            f"(contains({clock}, '+') or contains({clock}, '-') "
            f"or suffix({text}, 'Z') or suffix({text}, 'z'))"
        )
        zoned = f"make_timestamp(epoch_us(try_cast({text} as timestamptz)))"
        local = f"case when {has_offset} then {zoned} else try_cast({text} as timestamp) end"
        return local, has_offset
    parsed = f"try_strptime({text}, {literal(entry)})"
    if "%z" in entry:
        return f"make_timestamp(epoch_us({parsed}))", "true"
    return f"cast({parsed} as timestamp)", "false"


def _epoch(text: str, entry: str) -> str:
    """Seconds since 1970, or parts of them, as a time.

    A cast to DECIMAL would be the obvious way and takes 100 microseconds a row; fractions go
    through DOUBLE instead, which holds the microseconds of this century exactly.
    """
    whole = f"try_cast({text} as bigint)"
    if entry == "epoch_ns":
        return f"make_timestamp({whole} // 1000)"
    scale = 10 ** _DIGITS[entry]
    fraction = f"round(try_cast({text} as double) * {scale})"
    return (
        f"case when contains({text}, '.') then case when {fraction} between {FIRST} and {LAST} "
        f"then make_timestamp(cast({fraction} as bigint)) end "
        f"when {whole} between {FIRST // scale} and {LAST // scale} "
        f"then make_timestamp({whole} * {scale}) end"
    )


def doubled_shifts(instant: Instant, low: datetime | None, high: datetime | None) -> list[Shift]:
    """Return the changes between two clock times by which an hour is shown twice."""
    if instant.zone == "UTC":
        return []
    shifts = _shifts_between(instant.zone, low, high)
    return [
        shift
        for shift in shifts
        if shift.after < shift.before and low and high and low < shift.high and high >= shift.low
    ]


def passes_sql(relation: str, control: str, shifts: list[Shift], name: str = "time") -> str:
    """Return a relation with `{name}_pass`: of clock times that were shown twice, whether a row is
    of the first or the second time, told by its place among the rows of its machine.

    It is known where the clock steps back exactly once within the hour: a file that is out of
    order steps back more often, one that has the hour once never does. It is known too where one
    clock time comes twice in a row and its neighbours are as far off as the hour is long: readings
    of each hour. In a file whose newest rows come first, time runs the other way.
    """
    local = f"{name}_local"
    hour = f"partition by {name}_hour, {name}_control"
    steps = (
        f"(select *, row_number() over ({hour} order by r) as {name}_place, "
        f"case when {name}_falls and {local} > lag({local}) over ({hour} order by r) "
        f"or not {name}_falls and {local} < lag({local}) over ({hour} order by r) "
        f"then 1 else 0 end as {name}_back from {_beside_others(relation, control, shifts, name)})"
    )
    far = f"greatest({name}_before, {name}_after)"
    hourly = (
        f"count(*) over ({hour}) = 2 "
        f"and max(least({name}_before, {name}_after)) over ({hour}) = 0 "
        f"and bool_and({far} in (0, {name}_length)) over ({hour}) "
        f"and max({far}) over ({hour}) = {name}_length"
    )
    found = (
        f"case when {name}_hour is null then null when sum({name}_back) over ({hour}) = 1 "
        f"then 1 + sum({name}_back) over ({hour} order by r) when {hourly} then {name}_place end"
    )
    helpers = ("hour", "control", "length", "before", "after", "falls", "place", "back", "met")
    left_out = ", ".join(f"{name}_{helper}" for helper in helpers)
    return (
        f"(select * exclude ({left_out}), case when {name}_falls then 3 - {name}_met "
        f"else {name}_met end as {name}_pass from (select *, {found} as {name}_met from {steps}))"
    )


def _beside_others(relation: str, control: str, shifts: list[Shift], name: str) -> str:
    """Return the rows with the doubled hour they lie in, its length and the distances to the
    clock times before and after, in seconds, and whether the newest rows of the machine come first.
    """
    local = f"{name}_local"
    hours, lengths = "", ""
    for number, shift in enumerate(shifts, start=1):
        inside = f"{local} >= {_literal(shift.low)} and {local} < {_literal(shift.high)}"
        hours += f" when not {name}_is_utc and {inside} then {number}"
        lengths += f" when {number} then {(shift.before - shift.after).total_seconds()}"
    rows = f"partition by {name}_control order by r"
    with_hours = (
        f"(select *, case{hours} end as {name}_hour, {control} as {name}_control from {relation})"
    )
    return (
        f"(select *, case {name}_hour{lengths} end as {name}_length, "
        f"abs(epoch({local}) - epoch(lag({local}) over ({rows}))) as {name}_before, "
        f"abs(epoch({local}) - epoch(lead({local}) over ({rows}))) as {name}_after, "
        f"coalesce(first_value({local} ignore nulls) over whole > "
        f"last_value({local} ignore nulls) over whole, false) as {name}_falls "
        f"from {with_hours} window whole as ({rows} "
        "rows between unbounded preceding and unbounded following))"
    )


def _offset_sql(
    instant: Instant,
    local: str,
    shifts: list[Shift],
    low: datetime | None,
    in_order: str | None = None,
) -> str:
    """The zone's offset at a clock time, as an interval."""
    if instant.zone == "UTC":
        return "interval 0 second"
    zone = ZoneInfo(instant.zone)
    start = zone.utcoffset(low or datetime(2000, 1, 1)) or timedelta()
    if not shifts:
        return _interval(start)
    later = instant.ambiguous == "later"
    cases = ""
    for shift in shifts:
        doubled = shift.after < shift.before
        bound = (shift.low if later else shift.high) if doubled else shift.local
        if doubled and in_order:
            inside = f"{local} >= {_literal(shift.low)} and {local} < {_literal(shift.high)}"
            cases += f" when {inside} and {in_order} = 2 then {_interval(shift.after)}"
        cases += f" when {local} < {_literal(bound)} then {_interval(shift.before)}"
    return f"(case{cases} else {_interval(shifts[-1].after)} end)"


def _shifts_between(zone: str, low: datetime | None, high: datetime | None) -> list[Shift]:
    if low is None or high is None:
        return []
    margin = timedelta(days=2)
    known = _shifts(zone)
    first, last = low.replace(tzinfo=None), high.replace(tzinfo=None)
    return [shift for shift in known if shift.high + margin > first and shift.low - margin < last]


@lru_cache(maxsize=32)
def _shifts(zone_name: str) -> tuple[Shift, ...]:
    """Every change of offset from 1970 to 2100, found by halving the days around it."""
    zone = ZoneInfo(zone_name)

    def offset(moment: datetime) -> timedelta:
        return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()

    found = []
    moment, end, step = datetime(1970, 1, 1), datetime(2100, 1, 1), timedelta(days=7)
    while moment < end:
        if offset(moment) != offset(moment + step):
            early, late = moment, moment + step
            while late - early > timedelta(seconds=1):
                middle = early + (late - early) / 2
                early, late = (middle, late) if offset(middle) == offset(early) else (early, middle)
            change = late.replace(microsecond=0)
            before, after = offset(early), offset(late)
            edges = sorted((change + before, change + after))
            found.append(Shift(change + before, edges[0], edges[1], before, after))
        moment += step
    return tuple(found)


def _literal(moment: datetime) -> str:
    return f"timestamp '{moment:%Y-%m-%d %H:%M:%S}'"


def _interval(offset: timedelta) -> str:
    return f"interval ({int(offset.total_seconds())}) second"
