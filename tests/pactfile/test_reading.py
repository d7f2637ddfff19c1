"""One reader for pact files: every spelling of every version of the specification means the same everywhere."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import PactFormatError
from pactape.garbage_collection import collection_paused
from pactape.pactfile import InteractionKind, decode_pact, is_pact_file, read_pact
from pactape.pactfile.downgrading import downgrade_interaction
from pactape.pactfile.reading import read_pact_with_interactions
from pactape.pactfile.upgrading import upgrade

if TYPE_CHECKING:
    from pathlib import Path

PARTICIPANTS = {"consumer": {"name": "web"}, "provider": {"name": "users"}}
REQUEST = {"description": "is up", "request": {"method": "GET", "path": "/"}, "response": {"status": 200}}


def encoded(**members: Any) -> bytes:
    return json.dumps({**PARTICIPANTS, **members}).encode()


@pytest.mark.parametrize(
    ("metadata", "version"),
    [
        ({"pactSpecification": {"version": "4.0"}}, 4),
        ({"pactSpecification": {"version": "2.0.0"}}, 2),
        ({"pactSpecification": "3.0.0"}, 3),
        ({"pactSpecification": {"version": 3}}, 3),
        ({"pact-specification": {"version": "2.0.0"}}, 2),
        ({"pact-specification": "4.0"}, 4),
        ({"pactSpecificationVersion": "1.1.0"}, 1),
        ({"pactSpecificationVersion": {"version": "2.0.0"}}, 2),
        ({"pactSpecification": None, "pact-specification": {"version": "4.0"}}, 4),
        ({}, 3),
        (None, 3),
    ],
)
def test_the_version_is_read_in_all_its_spellings(metadata: Any, version: int) -> None:
    assert decode_pact(encoded(interactions=[REQUEST], metadata=metadata)).version == version


@pytest.mark.parametrize("stated", ["5.0", "0.9", "latest", "", {"version": "40"}])
def test_an_unknown_version_is_refused(stated: Any) -> None:
    with pytest.raises(PactFormatError, match="of the Pact specification is not supported"):
        decode_pact(encoded(interactions=[REQUEST], metadata={"pactSpecification": stated}))


@pytest.mark.parametrize(
    ("lists", "kinds"),
    [
        ({"interactions": [REQUEST], "messages": []}, [InteractionKind.HTTP]),
        ({"interactions": [], "messages": [{"description": "m"}]}, [InteractionKind.MESSAGE]),
        ({"interactions": None, "messages": [{"description": "m"}]}, [InteractionKind.MESSAGE]),
        (
            {"interactions": [REQUEST], "messages": [{"description": "m"}]},
            [InteractionKind.HTTP, InteractionKind.MESSAGE],
        ),
        (
            {"interactions": [{"type": "Synchronous/Messages", "description": "asks"}]},
            [InteractionKind.SYNCHRONOUS_MESSAGE],
        ),
    ],
)
def test_requests_and_messages_of_one_file_are_both_read(
    lists: dict[str, Any], kinds: list[InteractionKind]
) -> None:
    assert [interaction.kind for interaction in decode_pact(encoded(**lists)).interactions] == kinds


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ({"providerStates": [{"name": "a"}, {"name": "b", "params": {"id": 1}}]}, ["a", "b"]),
        ({"providerState": "a"}, ["a"]),
        ({"provider_state": "a"}, ["a"]),
        ({"providerStates": None, "providerState": "a"}, ["a"]),
        ({"providerStates": "a"}, ["a"]),
        ({"providerStates": [{"name": ""}, {"name": "a"}]}, ["a"]),
        ({"providerState": ""}, []),
        ({"providerState": None}, []),
        ({}, []),
    ],
)
def test_provider_states_are_read_in_all_their_spellings(written: dict[str, Any], names: list[str]) -> None:
    (interaction,) = decode_pact(encoded(interactions=[REQUEST | written])).interactions
    assert [state.name for state in interaction.states] == names


@pytest.mark.parametrize(
    ("comments", "cassettes"),
    [
        (None, ()),
        ({}, ()),
        ({"references": None}, ()),
        ({"references": {"Pactape": {"cassettes": "a.yaml#0, b.yaml#1"}}}, ("a.yaml#0", "b.yaml#1")),
        ({"references": {"Pactape": {"cassettes": ["a.yaml#0"]}}}, ("a.yaml#0",)),
        ({"references": {"Pactape": {"cassettes": ""}}}, ()),
        ("free text", ()),
    ],
)
def test_comments_of_any_shape_are_read(comments: Any, cassettes: tuple[str, ...]) -> None:
    (interaction,) = decode_pact(encoded(interactions=[REQUEST | {"comments": comments}])).interactions
    assert interaction.cassettes == cassettes


def test_an_interaction_without_a_description_is_numbered_as_the_official_engine_does() -> None:
    pact = decode_pact(encoded(interactions=[REQUEST, {"request": {}, "response": {}}]))
    assert pact.interactions[1].description == "Interaction 1"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"interactions": {}}, "interactions is not a list of objects"),
        ({"interactions": [1]}, "interactions is not a list of objects"),
        ({}, "it has neither interactions nor messages"),
        ({"interactions": [], "provider": {"name": ""}}, "it has no provider name"),
        ({"interactions": [], "consumer": "web"}, "it has no consumer name"),
        ({"interactions": [REQUEST | {"type": "Carrier/Pigeon"}]}, "'Carrier/Pigeon' is not supported"),
        ({"interactions": [REQUEST | {"providerStates": [{}]}]}, "a provider state of 'is up' has no name"),
        (
            {"interactions": [REQUEST | {"response": {"status": "200"}}]},
            "of 'is up' is not an integer: '200'",
        ),
    ],
)
def test_a_file_that_is_not_a_pact_says_why(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(PactFormatError, match=reason):
        decode_pact(encoded(**members))


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_file_that_is_not_a_json_object_is_refused_with_its_path(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(data)
    # garbage of other tests can't be finalized where nothing may be called any more
    with collection_paused(), pytest.raises(PactFormatError, match=r"odd\.json: is not a pact file"):
        read_pact(path)


@pytest.mark.parametrize("part", ["request", "response"])
def test_an_interaction_without_a_request_or_a_response_is_not_verified(tmp_path: Path, part: str) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(encoded(interactions=[{**REQUEST, "response": {"status": 200}, part: None}]))
    with pytest.raises(PactFormatError, match=f"'is up' has no {part}"):
        read_pact_with_interactions(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(PactFormatError, match="is a pipe"):
        read_pact(tmp_path / "pipe.json")


@pytest.mark.parametrize(
    ("data", "is_pact"),
    [(encoded(interactions=[]), True), (encoded(messages=[]), True), (encoded(), False), (b"[]", False)],
)
def test_pact_files_are_distinguished_from_other_json(tmp_path: Path, *, data: bytes, is_pact: bool) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    assert is_pact_file(path) == is_pact


VERSION_2 = {
    "description": "lists",
    "providerState": "users exist",
    "request": {"method": "GET", "path": "/users", "query": "page=1&page=2&q="},
    "response": {
        "status": 200,
        "headers": {"Content-Type": "application/json"},
        "body": {"a": 1},
        "matchingRules": {
            "$.body.a": {"match": "type"},
            "$.body.tags": {"min": 1},
            "$.headers['Content-Type']": {"regex": "json"},
            "$.body": {"match": "type"},
        },
    },
}


def test_version_2_is_upgraded_to_version_4() -> None:
    data = encoded(interactions=[VERSION_2], metadata={"pactSpecificationVersion": "2.0.0"})
    (interaction,) = decode_pact(data).interactions
    upgraded = upgrade(interaction)
    assert (
        upgraded["type"],
        upgraded["providerStates"],
        "providerState" in upgraded,
        upgraded["request"]["query"],
        upgraded["response"]["body"]["content"],
        upgraded["response"]["matchingRules"],
    ) == (
        "Synchronous/HTTP",
        [{"name": "users exist", "params": {}}],
        False,
        {"page": ["1", "2"], "q": [""]},
        {"a": 1},
        {
            "body": {
                "$.a": {"combine": "AND", "matchers": [{"match": "type"}]},
                "$.tags": {"combine": "AND", "matchers": [{"match": "type", "min": 1}]},
                "$": {"combine": "AND", "matchers": [{"match": "type"}]},
            },
            "header": {"Content-Type": {"combine": "AND", "matchers": [{"match": "regex", "regex": "json"}]}},
        },
    )


def test_a_message_of_version_3_is_upgraded_to_version_4() -> None:
    message = {"description": "m", "contents": {"a": 1}, "metaData": {"contentType": "application/json"}}
    (interaction,) = decode_pact(encoded(messages=[message])).interactions
    upgraded = upgrade(interaction)
    assert (upgraded["type"], upgraded["contents"]["content"], upgraded["metadata"]) == (
        "Asynchronous/Messages",
        {"a": 1},
        {"contentType": "application/json"},
    )


def test_a_message_in_the_list_of_version_3_is_upgraded_whatever_the_version() -> None:
    data = encoded(
        messages=[{"description": "m", "contents": "text"}],
        metadata={"pactSpecification": {"version": "4.0"}},
    )
    (interaction,) = decode_pact(data).interactions
    assert upgrade(interaction)["contents"]["content"] == "text"


def test_an_interaction_of_version_4_stays_unchanged() -> None:
    data = encoded(
        interactions=[{"type": "Synchronous/HTTP", **REQUEST}],
        metadata={"pactSpecification": {"version": "4.0"}},
    )
    (interaction,) = decode_pact(data).interactions
    assert upgrade(interaction) == interaction.document


def test_rules_that_version_3_does_not_have_become_the_nearest_or_are_dropped() -> None:
    matchers = {
        "$.yes": [{"match": "boolean"}],
        "$.keys": [{"match": "eachKey"}],
        "$.either": [{"match": "type"}, {"match": "eachValue"}],
    }
    rules = {path: {"combine": "OR", "matchers": path_matchers} for path, path_matchers in matchers.items()}
    response = {
        "status": 200,
        "headers": {"A": ["1", "2"]},
        "matchingRules": {"body": rules, "status": {"matchers": [{"match": "statusCode"}]}},
    }
    older = downgrade_interaction({"description": "a", "request": {"path": "/"}, "response": response})
    assert older["response"] == {
        "status": 200,
        "headers": {"A": "1, 2"},
        "matchingRules": {
            "body": {"$.yes": {"combine": "OR", "matchers": [{"match": "regex", "regex": "^(true|false)$"}]}}
        },
    }


def test_rules_of_version_2_for_paths_queries_and_without_a_category_are_upgraded() -> None:
    rules = {"$.path": {"regex": "/u"}, "$.query.page[0]": {"match": "type"}, "$.id": {"match": "type"}}
    old = {"description": "a", "request": {"path": "/u", "matchingRules": rules}, "response": {}}
    (interaction,) = decode_pact(
        encoded(interactions=[old], metadata={"pactSpecificationVersion": "2.0.0"})
    ).interactions
    upgraded = upgrade(interaction)["request"]["matchingRules"]
    assert (sorted(upgraded), list(upgraded["query"]), list(upgraded["body"])) == (
        ["body", "path", "query"],
        ["page"],
        ["$.id"],
    )
