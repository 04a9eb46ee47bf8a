"""Addresses that front ends of this kind have by custom, each leading to the page that has it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from ingestion.landing.products import PRODUCTS

_SHARED = {"pipeline": "runs"}  # where runs are started, followed, stopped


def addresses() -> dict[str, str]:
    """Return {address: page with its parameters}, both without a leading slash."""
    return _SHARED | {
        address: f"{product.name}?{place}"
        for product in PRODUCTS.values()
        for address, place in product.addresses
    }


def redirects() -> list[Route]:
    """Return the routes that lead on; relative ones, for a server behind a path of a proxy."""

    def leading_to(target: str) -> Callable[[Request], RedirectResponse]:
        return lambda request: RedirectResponse(target, status_code=307)

    return [Route(f"/{name}", leading_to(target)) for name, target in addresses().items()]
