"""What a model costs: the settings' price, else the dated price list (a dbt seed)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError, settings
from python_models.llm.endpoints.endpoint import Endpoint, current_endpoint, setting_of
from python_models.llm.endpoints.named_endpoints import named_endpoints

PRICE_LIST = PROJECT_ROOT / "dbt_project" / "seeds" / "llm" / "llm_prices.csv"


@dataclass(frozen=True)
class Price:
    """USD for one token in, from the provider's cache, and out."""

    prompt: float
    cached: float
    completion: float
    batch_share: float = 1.0  # of the above, when the provider's batch API answers

    @property
    def is_free(self) -> bool:
        """Say whether calls cost nothing, so that no budget is needed."""
        return self.prompt == 0 and self.completion == 0

    def in_batch(self) -> Price:
        """Return the price of the same model through the provider's batch API."""
        share = self.batch_share
        return Price(self.prompt * share, self.cached * share, self.completion * share)

    def cost(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float:
        """Return USD for the tokens of a call."""
        fresh = max(0, prompt_tokens - cached_tokens)
        return (
            fresh * self.prompt + cached_tokens * self.cached + completion_tokens * self.completion
        )


@lru_cache(maxsize=1)
def price_list() -> dict[str, list[tuple[date, Price]]]:
    """Return {model: [(valid from, price), ...]}, newest first."""
    found: dict[str, list[tuple[date, Price]]] = {}
    with PRICE_LIST.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            given = (
                "input_usd_per_million",
                "cached_input_usd_per_million",
                "output_usd_per_million",
            )
            fresh, cached, out = (float(row[name] or row[given[0]]) / 1e6 for name in given)
            found.setdefault(row["model"], []).append(
                (
                    date.fromisoformat(row["valid_from"]),
                    Price(fresh, cached, out, float(row["batch_share"] or 1)),
                )
            )
    for prices in found.values():
        prices.sort(key=lambda item: item[0], reverse=True)
    return found


def _given_prices(endpoint: Endpoint) -> tuple[float | None, float | None]:
    """Return USD per million tokens in and out as the settings say for this endpoint alone."""
    if endpoint == current_endpoint():
        known = settings()
        return known.llm_price_input_usd_per_million, known.llm_price_output_usd_per_million
    own = named_endpoints().get(endpoint.name)
    if own is None:
        return None, None
    return own.price_input_usd_per_million, own.price_output_usd_per_million


def price_of(endpoint: Endpoint, model: str, today: date | None = None) -> Price:
    """Return the price in force.

    Raises:
        SettingsError: nobody knows what the model costs; says how to give a price.
    """
    if endpoint.is_offline:
        return Price(0.0, 0.0, 0.0)
    given = _given_prices(endpoint)
    if given[0] is not None and given[1] is not None:
        return Price(given[0] / 1e6, given[0] / 1e6, given[1] / 1e6)
    day = today or datetime.now(UTC).date()
    for valid_from, price in price_list().get(model, []):
        if valid_from <= day:
            return price
    price_in = setting_of(endpoint, "PRICE_INPUT_USD_PER_MILLION")
    price_out = setting_of(endpoint, "PRICE_OUTPUT_USD_PER_MILLION")
    raise SettingsError(
        f"Nobody knows what the model {model!r} at {endpoint.name} costs: set {price_in} and "
        f"{price_out} "
        f"(0 and 0 for a model of your own), or add a row to {PRICE_LIST.relative_to(PROJECT_ROOT)}"
    )
