"""Soundness: the official verifier finds that every recording keeps the contract that came from it."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pactape.cassettes import read_messages
from pactape.replaying import replaying
from pactape.settings import load_settings
from pactape.verification import verify_provider

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = load_settings(ROOT)
PACTS = sorted(SETTINGS.pacts.glob("*.json"))
ON_MESSAGES = [path for path in PACTS if path.name.endswith(".messages.json")]
ON_REQUESTS = [path for path in PACTS if path not in ON_MESSAGES]
#: What the recordings leave out, and the verifier asks with: any credentials will do for a replay.
HEADERS = {"Authorization": "Bearer anything"}


def recordings_of(interaction: dict[str, Any]) -> tuple[str, ...]:
    """The cassettes that an interaction comes from; none, when somebody wrote it."""
    if "references" not in interaction.get("comments", {}):
        return ()
    references = interaction["comments"]["references"]["Pactape"]["cassettes"]
    return tuple(sorted({place.partition("#")[0] for place in references.split(", ")}))


def states_of(pact: dict[str, Any]) -> dict[str, Any]:
    """Handlers that do nothing, for a recording was made in its state."""
    names = [
        state["name"]
        for interaction in pact["interactions"]
        for state in interaction.get("providerStates", ())
    ]
    return dict.fromkeys(names, _nothing)


def _nothing(**_parameters: Any) -> None: ...


@pytest.mark.long
@pytest.mark.parametrize("path", ON_REQUESTS, ids=lambda path: path.stem)
def test_every_recording_keeps_the_contract_that_came_from_it(path: Path, tmp_path: Path) -> None:
    pact = json.loads(path.read_bytes())
    provider = next(
        provider for provider in SETTINGS.providers.values() if provider.name == pact["provider"]["name"]
    )
    by_recordings = defaultdict(list)
    for interaction in pact["interactions"]:
        if recordings := recordings_of(interaction):
            by_recordings[recordings].append(interaction)
    failures = []
    for number, (files, interactions) in enumerate(by_recordings.items()):
        part = tmp_path / f"{number}.json"
        part.write_text(json.dumps({**pact, "interactions": interactions}), encoding="utf-8")
        with replaying([ROOT / file for file in files], base_url=provider.url) as url:
            result = verify_provider([part], url=url, states=states_of(pact), headers=HEADERS)
        failures += [(interaction.description, interaction.failures) for interaction in result.failed]
    assert failures == []


@pytest.mark.parametrize("path", ON_MESSAGES, ids=lambda path: path.stem)
def test_every_recorded_message_keeps_the_contract_that_came_from_it(path: Path, tmp_path: Path) -> None:
    pact = json.loads(path.read_bytes())
    failures = []
    for number, (interaction, place) in enumerate(places_of(pact)):
        part = tmp_path / f"{number}.json"
        part.write_text(json.dumps({**pact, "interactions": [interaction]}), encoding="utf-8")
        factories = {interaction["description"]: partial(recorded, place)}
        result = verify_provider([part], states=states_of(pact), messages=factories)
        failures += [(interaction.description, interaction.failures) for interaction in result.failed]
    assert failures == []


def places_of(pact: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Each message of a contract with each recording that it came from."""
    return [
        (interaction, place)
        for interaction in pact["interactions"]
        for place in interaction["comments"]["references"]["Pactape"]["cassettes"].split(", ")
    ]


def recorded(place: str) -> object:
    """What was recorded at "path#messages[0]"."""
    file, _, index = place.removesuffix("]").partition("#messages[")
    return read_messages(ROOT / file)[int(index)].content
