"""Compiled checks of JSON bodies say the same as the walk that names mismatches."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from pactape.matching.bodies.json_bodies import UnexpectedKeys, mismatches_of_value
from pactape.matching.bodies.json_checks import compile_check
from pactape.matching.rules_by_path.rule_parsing import load_rules
from pactape.matching.rules_by_path.selection import select

from tests.matching.helpers.pairs import actual_for, expected_value, rules_for

if TYPE_CHECKING:
    from pactape.matching.rules_by_path.selection import Selection

PAIRS = 4_000
ACTUALS = 8


def selection_of(rules: dict[str, Any]) -> Selection:
    category = load_rules({"body": rules})["body"]
    return select(category.by_path, everywhere=category.everywhere)


def matchers(*rules: dict[str, Any], combine: str = "AND") -> dict[str, Any]:
    return {"combine": combine, "matchers": list(rules)}


def agree(expected: Any, actual: Any, rules: dict[str, Any], extra: UnexpectedKeys) -> bool:
    selection = selection_of(rules)
    is_match = compile_check(expected, selection, extra)(actual)
    return is_match == (mismatches_of_value(expected, actual, selection, extra) == [])


@pytest.mark.parametrize("pairs", [PAIRS // 5, pytest.param(PAIRS, marks=pytest.mark.long)])
@pytest.mark.parametrize("extra", UnexpectedKeys)
def test_the_check_and_the_walk_agree_on_made_up_values_and_rules(extra: UnexpectedKeys, pairs: int) -> None:
    disagreements, matched = [], 0
    for seed in range(pairs):
        chance = random.Random(seed)  # noqa: S311 -- made-up pairs
        expected = expected_value(chance)
        rules = rules_for(expected, chance)
        selection = selection_of(rules)
        check = compile_check(expected, selection, extra)
        for _ in range(ACTUALS):
            actual = actual_for(expected, chance)
            mismatches = mismatches_of_value(expected, actual, selection, extra)
            matched += not mismatches
            if check(actual) != (not mismatches):
                disagreements.append((seed, expected, rules, actual, mismatches))
    assert disagreements == []
    assert pairs < matched < pairs * (ACTUALS - 1)


TYPE, INTEGER, NULL = {"match": "type"}, {"match": "integer"}, {"match": "null"}
VALUES: list[Any] = [
    None, True, 0, 1.5, "", "a", "12", [], [None], [1], [1, 2], [1, 1.5], ["a"], [[1]], [{}], [{"id": 1}],
    [{"id": 1}, {"id": "a"}], {}, {"id": None}, {"id": 1}, {"id": 2, "name": "a"}, {"id": "a"}, {"id": [1]},
    {"name": "a"}, {"id": {"id": 1}},
]  # fmt: skip
RULES: list[dict[str, Any]] = [
    {},
    {"$": matchers(TYPE)},
    {"$": matchers({"match": "type", "min": 1})},
    {"$": matchers({"match": "type", "max": 1})},
    {"$": matchers(TYPE, {"match": "type", "min": 2})},
    {"$": matchers(TYPE, {"match": "equality"}, combine="OR")},
    {"$": matchers({"match": "equality"})},
    {"$": matchers({"match": "notEmpty"})},
    {"$": matchers({"match": "values"})},
    {"$": matchers({"match": "regex", "regex": "[a-z]+"})},
    {"$": matchers({"match": "regex", "regex": "("})},
    {"$": matchers({"match": "eachKey", "rules": [{"match": "regex", "regex": "id"}]})},
    {"$": matchers({"match": "eachValue", "rules": [INTEGER]})},
    {"$": matchers({"match": "arrayContains", "variants": [{"index": 0}]})},
    {"$[*]": matchers(INTEGER)},
    {"$[0]": matchers(INTEGER)},
    {"$[*].id": matchers(INTEGER, NULL, combine="OR"), "$": matchers(TYPE)},
    {"$.id": matchers(INTEGER, NULL, combine="OR")},
    {"$.id": matchers(INTEGER, TYPE)},
    {"$.*": matchers(TYPE)},
    {"$.id.id": matchers(TYPE)},
]


@pytest.mark.parametrize("extra", UnexpectedKeys)
@pytest.mark.parametrize("rules", RULES, ids=str)
def test_the_check_and_the_walk_agree_on_small_values(rules: dict[str, Any], extra: UnexpectedKeys) -> None:
    disagreements = [
        (expected, actual)
        for expected in VALUES
        for actual in VALUES
        if not agree(expected, actual, rules, extra)
    ]
    assert disagreements == []
