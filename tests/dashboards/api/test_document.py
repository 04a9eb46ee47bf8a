"""The OpenAPI document fits the code, works offline, and says how anything sent is answered."""

from __future__ import annotations

import json
import re

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dashboards.api.__main__ import OPENAPI
from dashboards.api.app import create_app
from dashboards.api.audit import PREFIX
from dashboards.api.security import WrongKeys
from dashboards.jobs import jobs
from tests.dashboards.api.conftest import Ask


def test_the_committed_document_is_that_of_the_code() -> None:
    made = json.loads(json.dumps(create_app().openapi()))
    assert json.loads(OPENAPI.read_text()) == made, "make api-document writes it anew"


def test_the_docs_page_needs_no_other_host(client: Ask) -> None:
    page = client(key=None).get("docs")
    assert page.status_code == 200
    for address in re.findall(r"""(?:src|href)=["']([^"']+)""", page.text):
        assert address.startswith(f"{PREFIX}/static/"), address
        assert client(key=None).get(f"http://testserver{address}").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("examples", [8, pytest.param(80, marks=pytest.mark.long)])
def test_whatever_is_sent_is_answered_as_the_document_says(
    client: Ask, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is asked for is written down; what it would start is not what is tested here
    monkeypatch.setattr(jobs, "_supervise", lambda job_id: None)
    many = dict.fromkeys(("reads", "validations", "exports"), "100000/minute")
    one = client(
        "read,write,run", **{f"sluice_api_limit_{name}": limit for name, limit in many.items()}
    )
    schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", one.app)
    key = {"Authorization": one.headers["Authorization"]}
    count = 0
    for found in schema.get_all_operations():

        @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
        @given(case=found.ok().as_strategy())
        def sent(case: schemathesis.Case) -> None:
            one.app.state.wrong_keys = WrongKeys()  # it also sends wrong keys, and many
            case.call_and_validate(headers=key, excluded_checks=[positive_data_acceptance])

        sent()
        count += 1
    assert count >= 20
