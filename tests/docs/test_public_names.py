"""What is public is listed: `__all__` of each package is what its reference page documents."""

from __future__ import annotations

from pathlib import Path

import pactape
import pactape.cassettes
import pactape.contracts
import pactape.verification
import pactape_clients
import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES = {
    "python-api.md": (pactape, pactape.cassettes, pactape.contracts, pactape.verification),
    "clients.md": (pactape_clients,),
}


@pytest.mark.parametrize("page", PAGES)
def test_every_public_name_is_in_the_reference(page: str) -> None:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    missing = [name for module in PAGES[page] for name in module.__all__ if f"`{name}" not in text]
    assert missing == []


@pytest.mark.parametrize("module", [module for modules in PAGES.values() for module in modules])
def test_every_listed_name_exists(module: object) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
