"""The matcher against the official engine: on made-up pairs both say the same."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from pactape.matching import Message, MessageMatcher, RequestMatcher

from tests.matching.helpers.engine import Engine, mock_server
from tests.matching.helpers.pairs import actual_for, expected_value, rules_for
from tests.matching.helpers.request_pairs import actual_request, expected_request
from tests.matching.helpers.text_pairs import CONTENT_TYPES, actual_body, expected_body, rules_of_body

JSON = {"contentType": "application/json"}
ACTUALS = 5


def disagreements_about_bodies(seeds: range) -> list[Any]:
    """Pairs of a body's example and a value that the two answer differently."""
    disagreements = []
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 -- made-up pairs
        expected = _no_bare_text(expected_value(chance))
        rules = rules_for(expected, chance)
        engine = Engine(expected, rules)
        matcher = MessageMatcher(
            {"contents": {"content": expected, **JSON, "encoded": "json"}, "matchingRules": {"body": rules}}
        )
        for _ in range(ACTUALS):
            actual = _no_bare_text(actual_for(expected, chance))
            ours = matcher.mismatches(Message(contents=json.dumps(actual).encode(), metadata=JSON))
            theirs = engine.mismatches(actual)
            if bool(ours) != bool(theirs):
                disagreements.append((seed, expected, rules, actual, ours, theirs))
    return disagreements


def disagreements_about_texts(kind: str, seeds: range) -> list[Any]:
    """Pairs of bodies that are no JSON, which the two answer differently."""
    disagreements = []
    metadata = {"contentType": CONTENT_TYPES[kind]}
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 -- made-up pairs
        expected, rules = expected_body(kind, chance), rules_of_body(kind, chance)
        engine = Engine(expected, rules, CONTENT_TYPES[kind])
        matcher = MessageMatcher(
            {"contents": {"content": expected, **metadata}, "matchingRules": {"body": rules}}
        )
        for _ in range(ACTUALS):
            actual = actual_body(kind, expected, chance)
            ours = matcher.mismatches(Message(contents=actual.encode(), metadata=metadata))
            if bool(ours) != bool(engine.mismatches(actual)):
                disagreements.append((seed, expected, rules, actual, ours))
    return disagreements


def disagreements_about_requests(seeds: range) -> list[Any]:
    """Pairs of requests that the two answer differently."""
    disagreements = []
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 -- made-up pairs
        expected = expected_request(chance)
        matcher = RequestMatcher(expected)
        with mock_server(expected) as accepts:
            for _ in range(ACTUALS):
                actual = actual_request(expected, chance)
                ours = matcher.mismatches(actual)
                if accepts(actual) == bool(ours):
                    disagreements.append((seed, expected, actual, ours))
    return disagreements


def _no_bare_text(value: Any) -> Any:
    """JSON texts and null at the root are written otherwise in contracts than on the wire."""
    return [value] if value is None or isinstance(value, str) else value


def test_the_engine_and_the_matcher_agree_on_bodies() -> None:
    assert disagreements_about_bodies(range(200)) == []


def test_the_engine_and_the_matcher_agree_on_requests() -> None:
    assert disagreements_about_requests(range(60)) == []


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_the_engine_and_the_matcher_agree_on_bodies_that_are_not_json(kind: str) -> None:
    assert disagreements_about_texts(kind, range(60)) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_the_engine_and_the_matcher_agree_on_5_000_bodies_that_are_not_json(kind: str) -> None:
    assert disagreements_about_texts(kind, range(1_000, 2_000)) == []


@pytest.mark.long
def test_the_engine_and_the_matcher_agree_on_25_000_bodies() -> None:
    assert disagreements_about_bodies(range(1_000, 6_000)) == []


@pytest.mark.long
def test_the_engine_and_the_matcher_agree_on_10_000_requests() -> None:
    assert disagreements_about_requests(range(1_000, 3_000)) == []


XML = {"contentType": "application/xml"}


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("<a>&lt;</a>", "<a>&#60;</a>"),
        ("<a>&lt;</a>", "<a>&gt;</a>"),
        ("<a>é</a>", "<a>&#xE9;</a>"),
        ("<a><![CDATA[<]]></a>", "<a>&lt;</a>"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "<a>y</a>"),
        ("<a>y</a>", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        ("<a>&nbsp;</a>", "<a>&nbsp;</a>"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>', "<a>é</a>"),
        ('<?xml version="1.0" encoding="utf-16"?><a>x</a>', "<a>x</a>"),
        ("\ufeff<a>x</a>", "<a>x</a>"),
        ("<a>x</a>", "\ufeff<a>x</a>"),
        ("<a>x<!-- c -->y</a>", "<a>xy</a>"),
        ("<a>x</a>", "<a>x<?p i?></a>"),
        ("<a>x</a>", "<a>x</a><b/>"),
    ],
)
def test_the_engine_and_the_matcher_agree_on_entities_and_charsets(expected: str, actual: str) -> None:
    matcher = MessageMatcher({"contents": {"content": expected, **XML}})
    ours = matcher.mismatches(Message(contents=actual.encode(), metadata=XML))
    theirs = Engine(expected, {}, XML["contentType"]).mismatches(actual)
    assert bool(ours) == bool(theirs)
