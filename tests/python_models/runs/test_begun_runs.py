"""Landing and build of a run share its id, whoever is killed between them."""

from __future__ import annotations

from ingestion.landing.web.waiting_room import WaitingRoom
from python_models.runs import run
from python_models.runs.invocation import record_start
from python_models.runs.slices import Choice

NEWS = Choice(domains=("news",))


def test_build_takes_up_the_run_that_a_landing_began() -> None:
    first = run._run_id(NEWS)
    assert first != run._run_id(NEWS)  # nothing was begun: each is a new one
    with WaitingRoom("news") as room:
        room.begin("20260203-180000-aaaa", {"run_id": "20260203-180000-aaaa"})
        assert run._run_id(NEWS) == "20260203-180000-aaaa"  # killed while it asked
        room.empty({"run_id": "20260203-180000-aaaa"})
        assert run._run_id(NEWS) == "20260203-180000-aaaa"  # killed before its build
    assert run._run_id(Choice(domains=("telemetry",))) != "20260203-180000-aaaa"
    record_start("i1", "20260203-180000-aaaa", {}, [], {"which": "build"}, "dev")
    assert run._run_id(NEWS) != "20260203-180000-aaaa"  # `make resume` goes on with that one
