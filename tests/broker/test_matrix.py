"""The verdict of the matrix over plain data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.records import Publication, Result
from pactape.broker.rules.matrix import Integration, Resolved, Row, judge, latest_rows, rows_between

WEB = Resolved(pacticipant="web", version_id=1, number="1")
USERS = Resolved(pacticipant="users", version_id=2, number="u1", specified=False, environment="test")
OTHER_USERS = Resolved(pacticipant="users", version_id=3, number="u2", specified=False, environment="test")
NO_USERS = Resolved(pacticipant="users", missing=True, specified=False, environment="test")
PACT = Publication(
    consumer="web", provider="users", version="1", version_id=1, content_id=5, sha="a", created_at="2026"
)
NEEDS = (Integration("web", "users", required=True),)


def result(identity: int, *, version: int = 2, success: bool = True) -> Result:
    return Result(
        id=identity,
        content_id=5,
        number=identity,
        provider_version_id=version,
        provider_version=f"u{version - 1}",
        success=success,
        wip=False,
        build_url=None,
        executed_at="2026",
        details={},
    )


def verdict(resolved: list[Resolved], results: list[Result]) -> bool | None:
    return judge(resolved, NEEDS, rows_between(resolved, [PACT], results)).deployable


def test_a_success_with_the_version_that_is_there_says_yes() -> None:
    assert verdict([WEB, USERS], [result(1)]) is True


def test_a_failure_says_no() -> None:
    assert verdict([WEB, USERS], [result(1, success=False)]) is False


def test_no_result_is_unknown() -> None:
    assert verdict([WEB, USERS], []) is None


def test_every_version_that_is_there_must_have_a_result() -> None:
    assert verdict([WEB, USERS, OTHER_USERS], [result(1)]) is None
    assert verdict([WEB, USERS, OTHER_USERS], [result(1), result(2, version=3)]) is True


def test_a_required_provider_that_is_not_there_is_unknown() -> None:
    assert verdict([WEB, NO_USERS], [result(1)]) is None


def test_a_provider_needs_no_consumer() -> None:
    provider = Resolved(pacticipant="users", version_id=2, number="u1")
    missing = Resolved(pacticipant="web", missing=True, specified=False, environment="test")
    answer = judge([provider, missing], [Integration("web", "users", required=False)], [])
    assert answer.deployable is True
    assert answer.reasons[0].text == "There are no missing dependencies"


def test_a_version_that_does_not_exist_says_no_and_why() -> None:
    nothing = Resolved(pacticipant="web", number="9", missing=True)
    answer = judge([nothing], [], [])
    assert answer.deployable is False
    assert answer.reasons[0].text == "No pacts or verifications have been published for version 9 of web"


def test_an_ignored_failure_does_not_count_but_is_told() -> None:
    ignored = Resolved(pacticipant="users", version_id=2, number="u1", specified=False, ignored=True)
    answer = judge([WEB, ignored], NEEDS, rows_between([WEB, ignored], [PACT], [result(1, success=False)]))
    assert answer.deployable is True
    assert answer.ignored == 1
    assert any(reason.text.startswith("[IGNORED] The verification") for reason in answer.reasons)


def test_contracts_between_inferred_parties_do_not_count() -> None:
    strangers = [Resolved(pacticipant=name, specified=False) for name in ("web", "users")]
    assert rows_between([*strangers, Resolved(pacticipant="third")], [PACT], [result(1)]) == []


def test_only_the_result_of_the_latest_provider_version_counts_when_asked() -> None:
    rows = [
        Row(publication=PACT, result=each, consumer=WEB)
        for each in (result(2, version=8), result(3, version=7))
    ]
    assert [row.result.id for row in latest_rows(rows, by="cvp") if row.result] == [2]


@given(st.lists(st.sampled_from([True, False, None]), max_size=8))
def test_the_verdict_is_yes_exactly_when_every_row_is_a_success(outcomes: list[bool | None]) -> None:
    rows = [
        Row(publication=PACT, result=None if each is None else result(1, success=each), consumer=WEB)
        for each in outcomes
    ]
    answer = judge([WEB], (), rows)
    expected = None if None in outcomes else all(outcomes)
    assert answer.deployable is expected
    assert answer.success + answer.failed + answer.unknown == len(outcomes)
