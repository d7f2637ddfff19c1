"""The verdict of the matrix over plain data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.records import Publication, Result
from pactape.broker.rules.matrix import (
    Integration,
    ResolvedSelector,
    Row,
    judge,
    latest_rows,
    newest_first,
    rows_between,
)

WEB = ResolvedSelector(pacticipant="web", version_id=1, number="1")
USERS = ResolvedSelector(pacticipant="users", version_id=2, number="u1", specified=False, environment="test")
OTHER_USERS = ResolvedSelector(
    pacticipant="users", version_id=3, number="u2", specified=False, environment="test"
)
NO_USERS = ResolvedSelector(pacticipant="users", missing=True, specified=False, environment="test")
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


def rows(resolved: list[ResolvedSelector], results: list[Result]) -> list[Row]:
    return list(rows_between(resolved, [PACT], lambda _: results))


def verdict(resolved: list[ResolvedSelector], results: list[Result]) -> bool | None:
    return judge(resolved, NEEDS, rows(resolved, results)).deployable


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
    provider = ResolvedSelector(pacticipant="users", version_id=2, number="u1")
    missing = ResolvedSelector(pacticipant="web", missing=True, specified=False, environment="test")
    answer = judge([provider, missing], [Integration("web", "users", required=False)], [])
    assert answer.deployable is True
    assert answer.reasons[0].text == "There are no missing dependencies"


def test_a_version_that_does_not_exist_says_no_and_why() -> None:
    nothing = ResolvedSelector(pacticipant="web", number="9", missing=True)
    answer = judge([nothing], [], [])
    assert answer.deployable is False
    assert answer.reasons[0].text == "No pacts or verifications have been published for version 9 of web"


def test_an_ignored_failure_does_not_count_but_is_reported() -> None:
    ignored = ResolvedSelector(pacticipant="users", version_id=2, number="u1", specified=False, ignored=True)
    answer = judge([WEB, ignored], NEEDS, rows([WEB, ignored], [result(1, success=False)]))
    assert answer.deployable is True
    assert answer.ignored == 1
    assert any(reason.text.startswith("[IGNORED] The verification") for reason in answer.reasons)


def test_contracts_between_inferred_parties_do_not_count() -> None:
    strangers = [ResolvedSelector(pacticipant=name, specified=False) for name in ("web", "users")]
    assert rows([*strangers, ResolvedSelector(pacticipant="third")], [result(1)]) == []


def test_one_result_of_the_versions_of_a_branch_is_enough() -> None:
    branch = [
        ResolvedSelector(
            pacticipant="users", version_id=number, number=f"u{number}", branch="main", one_of_many=True
        )
        for number in (3, 2)
    ]
    assert verdict([WEB, *branch], [result(1)]) is True
    assert verdict([WEB, *branch], []) is None
    assert len(rows([WEB, *branch], [])) == 1


def test_rows_are_sorted_by_names_and_then_from_the_newest() -> None:
    branch = [
        ResolvedSelector(pacticipant="users", version_id=number, number=f"u{number}") for number in (2, 3, 4)
    ]
    sorted_rows = sorted(rows([WEB, *branch], [result(1), result(2), result(3, version=3)]), key=newest_first)
    assert [row.result and row.result.id for row in sorted_rows] == [None, 3, 2, 1]


def test_only_the_result_of_the_latest_provider_version_counts_on_request() -> None:
    both = [
        Row(publication=PACT, result=record, consumer=WEB)
        for record in (result(2, version=8), result(3, version=7))
    ]
    assert [row.result.id for row in latest_rows(both, by="cvp") if row.result] == [2]


@given(st.lists(st.sampled_from([True, False, None]), max_size=8))
def test_the_verdict_is_yes_exactly_when_every_row_is_a_success(outcomes: list[bool | None]) -> None:
    all_rows = [
        Row(publication=PACT, result=None if outcome is None else result(1, success=outcome), consumer=WEB)
        for outcome in outcomes
    ]
    answer = judge([WEB], (), all_rows)
    expected = None if None in outcomes else all(outcomes)
    assert answer.deployable is expected
    assert answer.success + answer.failed + answer.unknown == len(outcomes)
