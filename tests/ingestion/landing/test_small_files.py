"""Many small files cost little processor time each."""

from __future__ import annotations

import resource

from tests.ingestion.lakes import HEAD, Plant

FILES = 150
CPU_SECONDS_EACH = 0.05


def landed_cpu(plant: Plant) -> float:
    """Land in a process of its own; returns the processor seconds it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = plant.land_apart()
    assert result.returncode == 0, result.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_small_file_costs_less_than_a_twentieth_of_a_processor_second(plant: Plant) -> None:
    plant.deliver("first.csv", f"{HEAD}a,2024-01-01 00:00:00,1\n")
    landed_cpu(plant)  # makes the lake and its tables, and what Python compiles
    plant.deliver("day0000.csv", f"{HEAD}a,2024-01-02 00:00:00,1\n")
    start = landed_cpu(plant)
    for number in range(1, FILES + 1):
        moment = f"{number // 60:02}:{number % 60:02}:00"
        plant.deliver(f"day{number:04}.csv", f"{HEAD}a,2024-02-01 {moment},{number}\n")
    each = (landed_cpu(plant) - start) / FILES
    assert plant.rows("select count(*), max(power) from readings") == [(FILES + 2, float(FILES))]
    assert each < CPU_SECONDS_EACH
