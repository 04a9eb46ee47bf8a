"""A project of the models alone, parsed once."""

from __future__ import annotations

import pytest

from tests.dbt_project.conversations.models_project import Models


@pytest.fixture(scope="session")
def conversation_models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The project of tiers 1 and 2; each test says which database it is about."""
    return Models(tmp_path_factory.mktemp("conversation_models"))
