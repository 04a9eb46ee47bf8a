"""What models.csv may say a model is asked with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.experiments.model_requests import headers_of, parameters_of
from ingestion.experiments.parsers import BadRow
from ingestion.experiments.study import read_study
from tests.python_models.experiments.studies import FILES, write_study


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("X-Lane: slow", "JSON object"),
        ('{"X-Lane": 1}', "valid string"),
        ('{"bad name": "x"}', "no name of a header"),
        ('{"api-key": "x"}', "api-key is a secret: set it as LLM_ENDPOINT_<NAME>_EXTRA_HEADERS"),
        ('{"Content-Type": "x"}', "Content-Type cannot be set here"),
    ],
)
def test_headers_that_cannot_be_sent_are_a_reject_that_says_why(text: str, said: str) -> None:
    with pytest.raises(BadRow) as error:
        headers_of(text)
    assert error.value.reason == "bad_headers"
    assert said in str(error.value)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"extra_query": {"api_key": "x"}}', "extra_query: api_key is a secret: set it as"),
        ('{"extra_query": {"page": 1}}', "extra_query: page is no text"),
        ('{"extra_query": []}', "extra_query cannot be []"),
        ('{"extra_body": {"model": "x"}}', "extra_body: model cannot be set here"),
        ('{"top_k": 3}', "nobody sends 'top_k'"),
    ],
)
def test_parameters_that_cannot_be_sent_are_a_reject_that_says_why(text: str, said: str) -> None:
    with pytest.raises(BadRow) as error:
        parameters_of(text)
    assert error.value.reason == "bad_parameters"
    assert said in str(error.value)


@pytest.mark.unit
def test_what_is_sent_is_kept_with_sorted_names() -> None:
    assert headers_of('{"X-B": "2", "X-A": "1"}') == '{"X-A": "1", "X-B": "2"}'
    assert headers_of("") is None
    assert headers_of("{}") is None
    query = '{"extra_query": {"api-version": "2"}, "seed": 1}'
    assert parameters_of(f" {query}") == query


def test_headers_of_a_model_are_no_part_of_its_parameters(tmp_path: Path) -> None:
    models = (
        "model_id,endpoint,provider_model,for_generation,for_evaluation,parameters,headers\n"
        'writer,offline,m,true,true,"{""seed"": 1}","{""X-Lane"": ""slow""}"\n'
        "judge,offline,m,true,true,{},\n"
        'twin,offline,m,true,true,{},"{""X-Lane"": ""slow""}"\n'
    )
    study = read_study(write_study(tmp_path, **{"models.csv": models}))
    kept = {
        row["model_id"]: (row["parameters"], row["extra_headers"]) for row in study.rows["models"]
    }
    assert kept == {"writer": ('{"seed": 1}', '{"X-Lane": "slow"}'), "judge": ("{}", None)}
    assert [reject["reason"] for reject in study.rejects] == ["same_model"]  # it asks the same
    assert "headers" not in FILES["models.csv"]  # a study without them is as good
