"""What each matching rule accepts and refuses, in cases of our own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from pactape.exchange import Response
from pactape.matching import Mismatch, Part, ResponseMatcher, RuleError
from pactape.matching.numbers import json_value
from pactape.matching.rules.regexes import matches

Rule = dict[str, Any]


def mismatches_of(expected: Any, rules: dict[str, Any], actual: str) -> list[Mismatch]:
    """The mismatches of a JSON body, given as text."""
    expected_response = {
        "body": {"content": expected, "contentType": "application/json", "encoded": False},
        "matchingRules": {"body": {path: _listed(rule) for path, rule in rules.items()}},
    }
    response = Response(status=200, headers=(("Content-Type", "application/json"),), body=actual.encode())
    return ResponseMatcher(expected_response).mismatches(response)


def _listed(rule: Any) -> Any:
    return rule if "matchers" in rule else {"matchers": [rule]}


def one_of(*rules: Rule) -> Rule:
    return {"combine": "OR", "matchers": list(rules)}


def all_of(*rules: Rule) -> Rule:
    return {"combine": "AND", "matchers": list(rules)}


REGEX = {"match": "regex", "regex": "[a-z]+"}
EACH_INTEGER = {"match": "eachValue", "rules": [{"match": "integer"}]}
KEYS = {"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]"}]}


@pytest.mark.parametrize(
    ("example", "rule", "accepted", "refused"),
    [
        (1, {"match": "equality"}, ["1"], ["2", "1.0", '"1"', "true", "null"]),
        (1, {"match": "type"}, ["2", "2.5"], ['"2"', "true", "null", "[1]", "{}"]),
        (True, {"match": "type"}, ["false"], ["0", '"true"']),
        (None, {"match": "type"}, ["null"], ["0"]),
        (
            1,
            {"match": "integer"},
            ["0", "-7", "18446744073709551615"],
            ["1.0", "1e3", "18446744073709551616", "-0"],
        ),
        (1, {"match": "decimal"}, ["1.0", "1e3", "-0"], ["1", '"1.5"']),
        (1, {"match": "number"}, ["1", "1.5"], ['"1"', "true"]),
        (True, {"match": "boolean"}, ["true", '"false"'], ["1", '"TRUE"']),
        (1, {"match": "null"}, ["null"], ["0", '""']),
        ("a", REGEX, ['"abc"', "null", "true"], ['"a1"', '"1a"', "12"]),
        ("a", {"match": "regex", "regex": "a|ab"}, ['"a"'], ['"ab"']),
        ("a", {"match": "include", "value": "1"}, ['"a1"', "12"], ['"a"']),
        ("a", {"match": "notEmpty"}, ['"a"', "0", "false"], ['""', "null"]),
        ("1.0.0", {"match": "semver"}, ['"1.2.3-rc.1+x"'], ['"1.0"', '"01.0.0"', "1"]),
        (
            "x",
            {"match": "date"},
            ['"2026-02-28"', '"2024-02-29"'],
            ['"2026-02-29"', '"2026-13-01"', '"today"'],
        ),
        ("x", {"match": "time"}, ['"23:59:60"'], ['"24:00:00"']),
        ("x", {"match": "datetime"}, ['"2026-01-31T12:00:00Z"'], ['"2026-01-31T12:00:00"']),
        (
            "x",
            {"match": "datetime", "format": "EEE, d MMM yyyy"},
            ['"Sat, 31 Jan 2026"'],
            ['"Sat, 31 01 2026"'],
        ),
        ("x", {"match": "contentType", "value": "image/png"}, ['"iVBORw0KGgo="'], ['"R0lGODlh"']),
        ([1], {"match": "type", "min": 1}, ["[1]", "[1, 2]"], ["[]", '["x"]']),
        ([1], {"match": "type", "max": 1}, ["[]", "[5]"], ["[1, 2]"]),
        ([1], {"match": "type", "min": 1, "max": 2}, ["[1, 2]"], ["[]", "[1, 2, 3]"]),
        ([1], EACH_INTEGER, ["[]", "[1, 2]"], ["[1.5]", '["x"]']),
        ({"a": 1}, EACH_INTEGER, ["{}", '{"z": 5}'], ['{"z": "x"}']),
        ({"a": 1}, KEYS, ['{"a": 1}', '{"b": "anything"}'], ['{"A": 1}']),
        ({"a": 1}, {"match": "values"}, ["{}", '{"z": 1}'], ['{"z": 2}']),
    ],
    ids=str,
)
def test_a_rule_accepts_and_refuses(
    example: Any, rule: Rule, accepted: list[str], refused: list[str]
) -> None:
    answers = {
        actual: mismatches_of({"v": example}, {"$.v": rule}, f'{{"v": {actual}}}') == []
        for actual in accepted + refused
    }
    assert answers == {actual: actual in accepted for actual in answers}


def test_with_or_one_rule_is_enough() -> None:
    rules = {"$.v": one_of({"match": "integer"}, {"match": "null"})}
    assert [bool(mismatches_of({"v": 1}, rules, f'{{"v": {text}}}')) for text in ("2", "null", '"x"')] == [
        False,
        False,
        True,
    ]


def test_with_and_every_rule_counts() -> None:
    rules = {"$.v": all_of({"match": "type"}, {"match": "regex", "regex": "a.*"})}
    assert [bool(mismatches_of({"v": "a"}, rules, f'{{"v": {text}}}')) for text in ('"ab"', '"b"')] == [
        False,
        True,
    ]


def test_array_contains_wants_an_item_for_each_variant_in_any_order() -> None:
    variants = [
        {"index": 0, "rules": {"$.n": {"matchers": [{"match": "integer"}]}}},
        {"index": 1, "rules": {}},
    ]
    rules = {"$": {"match": "arrayContains", "variants": variants}}
    example = [{"t": "x", "n": 1}, {"t": "y"}]
    assert (
        mismatches_of(example, rules, '[{"t": "z"}, {"t": "y"}, {"t": "x", "n": 9}]'),
        [mismatch.rule for mismatch in mismatches_of(example, rules, '[{"t": "y"}]')],
    ) == ([], ["arrayContains"])


def test_a_rule_for_a_name_outweighs_one_for_any_name() -> None:
    rules = {"$.*": {"match": "integer"}, "$.a": {"match": "type"}}
    assert [
        mismatch.path for mismatch in mismatches_of({"a": "x", "b": "y"}, rules, '{"a": "z", "b": "z"}')
    ] == ["$.b"]


def test_a_rule_holds_below_its_path_too() -> None:
    assert mismatches_of({"a": {"b": [1]}}, {"$.a": {"match": "type"}}, '{"a": {"b": [2, 3]}}') == []


def test_limits_hold_only_at_their_own_path() -> None:
    assert mismatches_of({"a": [[1], [1]]}, {"$.a": {"match": "type", "min": 2}}, '{"a": [[1], [1]]}') == []


def test_items_beyond_the_example_are_like_its_first() -> None:
    mismatches = mismatches_of([{"id": 1}], {"$": {"match": "type"}}, '[{"id": 2}, {"id": "x"}]')
    assert [(mismatch.path, mismatch.expected, mismatch.actual) for mismatch in mismatches] == [
        ("$[1].id", 1, "x")
    ]


def test_without_rules_lists_have_the_examples_length() -> None:
    assert [mismatch.rule for mismatch in mismatches_of([1], {}, "[1, 1]")] == ["length"]


def test_a_response_may_have_more_keys_but_none_less() -> None:
    mismatches = mismatches_of({"a": 1, "b": 2}, {}, '{"a": 1, "c": 3}')
    assert [(mismatch.path, mismatch.reason) for mismatch in mismatches] == [("$.b", "is missing")]


def test_a_mismatch_names_part_path_rule_example_and_value() -> None:
    (mismatch,) = mismatches_of(
        {"user": {"id": 1}}, {"$.user.id": {"match": "integer"}}, '{"user": {"id": "x"}}'
    )
    assert (mismatch.part, mismatch.path, mismatch.rule, mismatch.expected, mismatch.actual) == (
        Part.BODY,
        "$.user.id",
        "integer",
        1,
        "x",
    )


def test_what_is_not_json_is_one_mismatch() -> None:
    assert [mismatch.rule for mismatch in mismatches_of({"a": 1}, {}, "<html>")] == ["content type"]


@pytest.mark.parametrize(
    "rules",
    [
        {"$.a": {"match": "nonsense"}},
        {"$.a": {"match": "regex"}},
        {"a b": {"match": "type"}},
        {"$.a": {"x": 1}},
    ],
    ids=str,
)
def test_a_rule_that_cant_be_read_is_an_error(rules: dict[str, Rule]) -> None:
    with pytest.raises(RuleError):
        mismatches_of({"a": 1}, rules, "{}")


def test_a_pattern_that_the_engine_doesnt_support_is_a_mismatch_with_the_reason() -> None:
    (mismatch,) = mismatches_of({"a": "x"}, {"$.a": {"match": "regex", "regex": "(?s).*"}}, '{"a": "x"}')
    assert "not a valid regular expression" in mismatch.reason


def test_whole_numbers_beyond_64_bits_are_decimals() -> None:
    assert [type(json_value(text)) for text in (b"18446744073709551615", b"18446744073709551616", b"-0")] == [
        int,
        float,
        float,
    ]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(a|aa){1,60}b", "(.*a){12}b"])
def test_a_pattern_that_takes_too_long_is_one_mismatch(pattern: str) -> None:
    matcher = ResponseMatcher(
        {
            "status": 200,
            "body": {"content": {"a": "ab", "b": 1}, "contentType": "application/json"},
            "matchingRules": {"body": {"$.a": {"matchers": [{"match": "regex", "regex": pattern}]}}},
        }
    )
    body = msgspec.json.encode({"a": "a" * 60 + "!", "b": 1})
    response = Response(status=200, headers=(("Content-Type", "application/json"),), body=body)
    (mismatch,) = matcher.mismatches(response)
    assert (mismatch.path, mismatch.actual) == ("$.a", "a" * 60 + "!")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("(a+)+b", "aaab", True),
        (r"(\d+\.)*\d+", "1.22.3", True),
        (r"([[:alpha:]]+-)*[[:alpha:]&&[^x]]+", "ab-cd", True),
        (r"([[:alpha:]]+-)*[[:alpha:]&&[^x]]+", "ab-cx", False),
        (r"(?i)(ab|cd)+", "AbCd", True),
        (r"(?<word>\w+),\k<word>*", "ab,ab", True),
        ("(a\n)*", "a\na\n", True),
    ],
)
def test_patterns_with_a_time_limit_mean_the_same(pattern: str, text: str, *, fits: bool) -> None:
    assert matches(pattern, text) is fits
