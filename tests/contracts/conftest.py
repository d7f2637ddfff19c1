"""The official matching engine as a function, and small things that several tests need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.contracts.inference.rules import Expectation

    Judge = Callable[[Expectation, Any], list[str]]


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Match a JSON value against an expectation in Pact's own engine; gives the mismatches' texts."""
    import pact_ffi  # noqa: PLC0415 -- loads a native library
    from pact import Pact  # noqa: PLC0415 -- as above

    def mismatches(expectation: Expectation, actual: Any) -> list[str]:
        pact = Pact("consumer", "provider")  # the interaction lives only as long as its pact
        interaction = pact.upon_receiving("a message", "Sync")
        interaction.with_body({}, "application/json").will_respond_with()
        interaction.with_body(json.dumps(expectation.example), "application/json")
        if expectation.rules:
            interaction.with_matching_rules({"body": expectation.rules})
        differences = pact_ffi.sync_message_match_response_contents(
            interaction._handle,  # noqa: SLF001 -- the engine's function takes the raw handle
            0,
            None,
            json.dumps(actual),
        )
        return [str(difference.get("mismatch", difference)) for difference in differences]

    return mismatches
