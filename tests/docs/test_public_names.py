"""What is public is listed: `__all__` of each package is what its reference page documents."""

from __future__ import annotations

import re
from pathlib import Path

import pactape
import pactape.cassettes
import pactape.contracts
import pactape.verification
import pactape_clients
import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES = {
    ("python-api.md",): (pactape, pactape.cassettes, pactape.contracts, pactape.verification),
    ("clients.md", "client-errors.md"): (pactape_clients,),
}


@pytest.mark.parametrize("pages", PAGES, ids=str)
def test_every_public_name_is_in_the_reference(pages: tuple[str, ...]) -> None:
    text = "".join((REFERENCE / name).read_text(encoding="utf-8") for name in pages)
    missing = [
        name for module in PAGES[pages] for name in module.__all__ if not re.search(rf"\b{name}\b", text)
    ]
    assert missing == []


@pytest.mark.parametrize("module", [module for modules in PAGES.values() for module in modules])
def test_every_listed_name_exists(module: object) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
