"""Contents are named by what they say."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.broker.canonical import content_sha, interaction_id, with_interaction_ids

from tests.broker.helpers.stock import pact_of

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_interactions = st.lists(st.dictionaries(st.text(min_size=1), _values, max_size=4), max_size=5)


@given(_interactions, st.randoms())
@settings(suppress_health_check=[HealthCheck.too_slow])  # of the machine, not of the values
def test_the_order_of_interactions_and_keys_does_not_matter(
    interactions: list[dict[str, Any]], random: Any
) -> None:
    shuffled = [
        dict(sorted(interaction.items(), key=lambda _: random.random())) for interaction in interactions
    ]
    random.shuffle(shuffled)
    assert content_sha({"interactions": interactions}) == content_sha({"interactions": shuffled})


def test_another_response_is_another_content() -> None:
    assert content_sha({"interactions": [{"response": 1}]}) != content_sha(
        {"interactions": [{"response": 2}]}
    )


def test_a_later_tool_version_in_the_metadata_is_the_same_content() -> None:
    older = {"interactions": [], "metadata": {"pactSpecification": {"version": "4.0"}, "tool": "1"}}
    newer = {"interactions": [], "metadata": {"pactSpecification": {"version": "4.0"}, "tool": "2"}}
    assert content_sha(older) == content_sha(newer)


def test_each_interaction_gets_an_id_that_stays() -> None:
    numbered = with_interaction_ids({"interactions": [{"description": "a"}], "messages": []})
    assert numbered["interactions"][0]["_id"] == interaction_id(numbered["interactions"][0])


def test_another_comment_is_another_content_as_in_the_official_broker() -> None:
    plain = pact_of("Web", "Users")
    pact = pact_of("Web", "Users")
    pact["interactions"][0]["comments"] = {"text": ["seen twice"]}
    assert content_sha(plain) != content_sha(pact)


def test_without_interactions_all_of_it_counts() -> None:
    assert content_sha({"openapi": "3.1", "paths": {}}) != content_sha(
        {"openapi": "3.1", "paths": {"/a": {}}}
    )
