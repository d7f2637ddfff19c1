"""What is public is listed: `__all__` of each package is what its reference page documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pactape
import pactape.cassettes
import pactape.checking
import pactape.contracts
import pactape.contracts.digests
import pactape.findings
import pactape.matching
import pactape.observing
import pactape.recorders
import pactape.replaying
import pactape.reports
import pactape.settings
import pactape.verification
import pactape_clients
import pactape_clients.auth
import pactape_clients.cache
import pactape_clients.errors
import pactape_clients.graphql
import pactape_clients.operations
import pactape_clients.rest
import pactape_clients.users
import pytest

if TYPE_CHECKING:
    from types import ModuleType


REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
#: Names of other libraries, of headers and of members.
OTHERS: set[str] = set()
PAGES = {
    ("python-api.md",): (
        pactape,
        pactape.cassettes,
        pactape.checking,
        pactape.contracts,
        pactape.contracts.digests,
        pactape.findings,
        pactape.observing,
        pactape.recorders,
        pactape.replaying,
        pactape.reports,
        pactape.settings,
        pactape.verification,
    ),
    ("matching.md",): (pactape.matching,),
    ("clients.md", "client-errors.md"): (
        pactape_clients,
        pactape_clients.auth,
        pactape_clients.cache,
        pactape_clients.errors,
        pactape_clients.graphql,
        pactape_clients.operations,
        pactape_clients.rest,
        pactape_clients.users,
    ),
}


@pytest.mark.parametrize("pages", PAGES, ids=str)
def test_every_public_name_is_in_the_reference(pages: tuple[str, ...]) -> None:
    text = "".join((REFERENCE / name).read_text(encoding="utf-8") for name in pages)
    missing = [
        name for module in PAGES[pages] for name in module.__all__ if not re.search(rf"\b{name}\b", text)
    ]
    assert missing == []


@pytest.mark.parametrize("pages", PAGES, ids=str)
def test_what_the_reference_calls_by_a_public_name_is_public(pages: tuple[str, ...]) -> None:
    text = "".join((REFERENCE / name).read_text(encoding="utf-8") for name in pages)
    public = {name for module in PAGES[pages] for name in module.__all__}
    called = set(re.findall(r"^\| `([A-Z]\w+|[a-z]+_\w+)\(", text, re.MULTILINE))
    called |= set(re.findall(r"`([A-Z][a-z]\w+)`", text))
    assert called - public - OTHERS == set()


@pytest.mark.parametrize("module", [module for modules in PAGES.values() for module in modules])
def test_every_listed_name_exists(module: ModuleType) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
