"""Lists of values under one name: headers, query parameters and form fields."""

from __future__ import annotations

from typing import Any

import pytest
from pactape.exchange import Request, Response
from pactape.matching import RequestMatcher, ResponseMatcher, RuleError
from pactape.matching.rules.regexes import PatternError, matches
from pactape.matching.rules.strings import DateTime

Rules = list[dict[str, Any]]
INTEGERS = {"match": "eachValue", "rules": [{"match": "integer"}]}
CONTAINS = {
    "match": "arrayContains",
    "variants": [
        {"index": 0, "rules": {"": {"matchers": [{"match": "regex", "regex": "a+"}]}}},
        {"index": 1},
    ],
}


def query_fits(rules: Rules, expected: list[str], actual: str, combine: str = "AND") -> bool:
    expected_request = {
        "path": "/",
        "query": {"x": expected},
        "matchingRules": {"query": {"x": {"combine": combine, "matchers": rules}}},
    }
    return (
        RequestMatcher(expected_request).mismatches(Request(method="GET", url=f"http://a.test/?{actual}"))
        == []
    )


@pytest.mark.parametrize(
    ("rules", "combine", "actual", "fits"),
    [
        ([INTEGERS], "AND", "x=1&x=2&x=3", True),
        ([INTEGERS], "AND", "x=1&x=b", False),
        ([CONTAINS], "AND", "x=2&x=aaa", True),
        ([CONTAINS], "AND", "x=aaa&x=3", False),
        ([{"match": "arrayContains", "variants": []}], "AND", "x=2&x=1", True),
        ([{"match": "arrayContains", "variants": [{"index": 7}]}], "AND", "x=1&x=2", False),
        ([{"match": "type", "min": 2}], "AND", "x=1", False),
        ([{"match": "type", "max": 2}], "AND", "x=1&x=2", True),
        ([{"match": "regex", "regex": "b"}, INTEGERS], "OR", "x=1&x=2", True),
        ([{"match": "regex", "regex": "b"}, INTEGERS], "AND", "x=1&x=2", False),
    ],
)
def test_rules_hold_for_all_values_of_a_parameter(
    rules: Rules, combine: str, actual: str, *, fits: bool
) -> None:
    assert query_fits(rules, ["1", "2"], actual, combine) is fits


def test_a_parameter_without_example_values_takes_any() -> None:
    assert query_fits([{"match": "regex", "regex": "b"}], [], "x=1&x=2")


def header_reasons(expected: Any, *actual: str, rules: Rules | None = None) -> list[str]:
    expected_response: dict[str, Any] = {"status": 200, "headers": {"X-A": expected}}
    if rules:
        expected_response["matchingRules"] = {"header": {"X-A": {"matchers": rules}}}
    response = Response(status=200, headers=tuple(("x-a", header) for header in actual))
    return [mismatch.reason for mismatch in ResponseMatcher(expected_response).mismatches(response)]


@pytest.mark.parametrize(
    ("expected", "actual", "reasons"),
    [
        (["a", "b"], ("a", "b"), []),
        (["a", "b"], ("a",), ["lacks a value"]),
        (["a", "b"], ("a", "c"), ["is not equal to the example"]),
        (["a", "b"], ("a", "b", "c"), ["has 3 values, not 2"]),
        ([], ("a",), ["should be empty"]),
    ],
)
def test_values_of_a_header_are_compared_in_order(
    expected: list[str], actual: tuple[str, ...], reasons: list[str]
) -> None:
    assert header_reasons(expected, *actual) == reasons


def test_a_rule_of_a_header_holds_for_each_of_its_values() -> None:
    rules = [{"match": "regex", "regex": "[ab]"}]
    assert (
        header_reasons(["a", "b"], "b", "b", rules=rules),
        len(header_reasons(["a"], "b", "c", rules=rules)),
    ) == (
        [],
        1,
    )


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ({"body": 1}, "not an object"),
        ({"body": {"$": 1}}, "has no matchers"),
        ({"body": {"$": {"matchers": [1]}}}, "is not an object"),
        ({"body": {"$": {"matchers": [{}]}}}, "doesn't say what it matches"),
        ({"body": {"$": {"matchers": [{"match": "regex"}]}}}, "lacks 'regex'"),
        ({"body": {"$": {"matchers": [{"match": "type", "min": "x"}]}}}, "'min'"),
        ({"body": {"$": {"matchers": [{"match": "statusCode", "status": "odd"}]}}}, "class of status codes"),
        ({"body": {"$": {"matchers": [{"match": "unheard of"}]}}}, "no matching rule"),
        ({"body": {"$[": {"matchers": [{"match": "type"}]}}}, "path"),
        ({"body": {"!": {"matchers": [{"match": "type"}]}}}, "doesn't start with"),
    ],
)
def test_a_rule_that_can_not_be_read_says_why(rules: dict[str, Any], problem: str) -> None:
    with pytest.raises(RuleError, match=problem):
        ResponseMatcher({"status": 200, "body": {"content": 1}, "matchingRules": rules})


@pytest.mark.parametrize(
    ("rules", "url", "headers", "fits"),
    [
        ({"$.path": {"match": "regex", "regex": r"/\d+"}}, "/77", (), True),
        ({"$.query.x": {"match": "regex", "regex": r"\d"}}, "/1?x=7", (), True),
        ({"$.headers.X-A": {"match": "regex", "regex": "a+"}}, "/1?x=1", (("x-a", "aaa"),), True),
        ({"$.headers.X-A": {"match": "regex", "regex": "a+"}}, "/1?x=1", (("x-a", "b"),), False),
        ({"$.path": {"regex": r"/\d+"}}, "/x", (), False),
    ],
)
def test_rules_of_version_2_are_written_by_path_from_the_message(
    rules: dict[str, Any], url: str, headers: tuple[tuple[str, str], ...], *, fits: bool
) -> None:
    expected_request = {
        "method": "GET",
        "path": "/1",
        "query": "x=1",
        "headers": {"X-A": "a"} if headers else {},
    }
    if "?" not in url:
        del expected_request["query"]
    matcher = RequestMatcher({**expected_request, "matchingRules": rules}, 2)
    request = Request(method="GET", url=f"http://a.test{url}", headers=headers)
    assert (matcher.mismatches(request) == []) is fits


@pytest.mark.parametrize(("status", "fits"), [(200, True), (201, True), (404, False)])
def test_a_status_is_one_of_those_listed(status: int, *, fits: bool) -> None:
    rules = {"status": {"": {"matchers": [{"match": "statusCode", "status": [200, 201]}]}}}
    matcher = ResponseMatcher({"status": 200, "matchingRules": rules})
    assert (matcher.mismatches(Response(status=status)) == []) is fits


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"\x{41}\h", "Af", True),
        (r"[\x{41}-\x{43}]+", "ABC", True),
        (r"\p{Alpha}+", "abc", True),
        (r"\P{Digit}+", "abc", True),
        (r"\p{^Digit}+", "a1", False),
        (r"[\p{Upper}\d]+", "A1", True),
        (r"[^[:digit:]]+", "abc", True),
        (r"[[:^digit:]]+", "a1", False),
        (r"[a-z&&[^aeiou]]+", "bcd", True),
        (r"[a-z&&[^aeiou]]+", "abc", False),
        (r"[\h_]+", "ff_", True),
        (r"[\e]", "\x1b", True),
        (r"[a\-c]+", "a-c", True),
        (r"[]a]+", "]a", True),
        (r"(?m)a.b", "a\nb", True),
        (r"\R", "\r\n", True),
        (r"a\Z", "a", True),
        (r"\q", "q", True),
        (r"[\d-x]", "-", True),
    ],
)
def test_patterns_have_the_syntax_of_the_official_engine(pattern: str, text: str, *, fits: bool) -> None:
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("[a", "premature end"),
        ("a\\", "end at an escape"),
        (r"\p{Klingon}", "'Klingon', which is not supported"),
        ("a(?i)b", "sets options after its start"),
        ("(?z)a", "undefined group option"),
        ("(", "is not a valid regular expression"),
    ],
)
def test_a_pattern_that_can_not_be_used_says_why(pattern: str, problem: str) -> None:
    with pytest.raises(PatternError, match=problem):
        matches(pattern, "a")


@pytest.mark.parametrize(
    ("date_format", "accepted", "refused"),
    [
        ("MM/dd/yyyy", "02/28/2026", "02/30/2026"),
        ("EEEE", "monday", "noday"),
        ("QQQ", "Q4", "Q5"),
        ("QQQQ", "2nd quarter", "5th quarter"),
        ("Q", "4", "5"),
        ("e", "7", "x"),
        ("hh 'o''clock' a", "11 o'clock PM", "13 o'clock XM"),
        ("HH:mm:ss.SSS", "23:59:59.123", "24:00:00.123"),
        ("X", "+01", "1"),
        ("XX", "+0130", "+01:30"),
        ("XXX", "Z", "+0130"),
        ("xxx", "+01:30", "Z"),
        ("XXXXX", "+01:30:15", "0130"),
        ("Z", "+0130", "+01:30"),
        ("ZZZZ", "GMT+01:30", "+01:30"),
        ("ZZZZZ", "+01:30", "+0130"),
        ("O", "GMT+1", "1"),
        ("OOOO", "GMT+01:00", "GMT"),
        ("yyyy''MM", "2026'02", "2026 02"),
    ],
)
def test_dates_and_times_keep_their_format(date_format: str, accepted: str, refused: str) -> None:
    rule = DateTime("datetime", date_format)
    assert (rule.value("", accepted), rule.value("", refused) is None) == (None, False)


@pytest.mark.parametrize("date_format", ["'open", "jj", "yyyy{", "hhh", "b"])
def test_a_meaningless_format_is_a_mismatch_with_the_reason(date_format: str) -> None:
    reason = DateTime("datetime", date_format).value("", "2026")
    assert reason is not None
    assert reason.startswith("can't be matched")
