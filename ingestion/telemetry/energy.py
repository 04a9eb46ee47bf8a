"""Energy meters: what a counter, or the energy of each interval, says of energy and power.

Within a file and machine, in order of time. The first row of a machine in a file has nothing
before it: a counter says neither there, and an interval whose length is not known has no power.
"""

from __future__ import annotations

from ingestion.telemetry.declaration import Energy

WATT_HOURS = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6, "J": 1 / 3600, "kJ": 1e3 / 3600, "MJ": 1e6 / 3600}
LONGEST_DIP = 3  # readings for which a counter may fall and come back as if nothing had been
SENSOR = "energy_wh"


def energy_sql(
    relation: str, energy: Energy, value: str, control: str, utc: str, problem: str
) -> str:
    """Return a relation with `energy_wh`, the energy since the reading before, and `energy_w`,
    the mean power since then; both null where there is none.

    A counter that falls was reset and counts from zero, or rolled over at the declared end. One
    that falls and comes back did not fall, and one that leaps and comes back did not leap. What
    it counted before a reset is not known: there is the least energy, and no power.
    """
    usable = f"case when ({problem}) is null and isfinite({value}) then {value} end"
    order = "partition by energy_control order by energy_at, r"
    base = (
        f"(select *, {usable} as energy_read, ({control}) as energy_control, "
        f"case when ({problem}) is null then {utc} end as energy_at from {relation})"
    )
    sound, step, first = f"(select *, energy_read as energy_sound from {base})", "energy_sound", ""
    if energy.kind == "counter":
        sound, step = _without_dips(base, order), _step(energy)
        first = " or energy_before_at is null"
    before = "case when energy_sound is not null then energy_at end"
    seconds = "(epoch_us(energy_at) - epoch_us(energy_before_at)) / 1e6"
    scale = WATT_HOURS[energy.unit]
    return (
        "(select * exclude (energy_read, energy_control, energy_at, energy_sound, energy_before, "
        f"energy_before_at, energy_step, energy_is_reset), energy_step * {scale!r} as energy_wh, "
        f"case when {seconds} > 0 and not energy_is_reset "
        f"then energy_step * {scale * 3600!r} / ({seconds}) end "
        f"as energy_w from (select *, {_is_reset(energy)} as energy_is_reset, "
        f"case when energy_sound is null{first} then null "
        f"else {step} end as energy_step from (select *, "
        f"lag(energy_sound ignore nulls) over ({order}) as energy_before, "
        f"lag({before} ignore nulls) over ({order}) as energy_before_at from {sound})))"
    )


def _without_dips(relation: str, order: str) -> str:
    """Return the relation with `energy_sound`: null where a counter dips, or leaps, and returns."""
    near = f"rows between {LONGEST_DIP} preceding and 1 preceding"
    ahead = f"rows between 1 following and {LONGEST_DIP} following"
    neighbours = (
        f"(select *, max(energy_read) over ({order} {near}) as energy_behind, "
        f"max(energy_read) over ({order} {ahead}) as energy_ahead, "
        f"lag(energy_read ignore nulls) over ({order}) as energy_last, "
        f"lead(energy_read ignore nulls) over ({order}) as energy_next from {relation})"
    )
    return (
        "(select * exclude (energy_behind, energy_ahead, energy_last, energy_next), case "
        "when energy_read < energy_behind and energy_ahead >= energy_behind then null "
        "when energy_read > energy_next and energy_next >= energy_last then null "
        f"else energy_read end as energy_sound from {neighbours})"
    )


def _is_reset(energy: Energy) -> str:
    """Say whether a counter began anew since the reading before."""
    if energy.kind == "interval":
        return "false"
    falls = "coalesce(energy_sound < energy_before, false)"
    return f"({falls} and not {_rolls(energy)})" if energy.rollover is not None else falls


def _rolls(energy: Energy) -> str:
    """Say whether a counter that falls went past its declared end."""
    end = f"{energy.rollover!r}::double"
    return f"(energy_sound + {end} - energy_before between 0 and {end} / 2)"


def _step(energy: Energy) -> str:
    """Return what a counter counted since the reading before, in its own unit."""
    rolled = ""
    if energy.rollover is not None:
        end = f"{energy.rollover!r}::double"
        rolled = f"when {_rolls(energy)} then energy_sound + {end} - energy_before "
    return (
        "case when energy_sound >= energy_before then energy_sound - energy_before "
        f"{rolled}else energy_sound end"
    )
