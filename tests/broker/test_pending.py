"""Pending and work in progress over plain data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.rules.candidates import Candidate, SelectedContent
from pactape.broker.rules.pending import (
    ProviderBranch,
    SuccessfulVerification,
    is_pending,
    pending_lines,
    work_in_progress,
)

from tests.broker.helpers.candidates import candidate

MAIN = ProviderBranch(kind="branch", name="main", began="2026-01-01")
FEATURE = ProviderBranch(kind="branch", name="feature", began="2026-02-01")
NEW = ProviderBranch(kind="branch", name="new", began=None)


def success(branch: str, at: str = "2026-01-15", *, wip: bool = False) -> SuccessfulVerification:
    return SuccessfulVerification(branches=frozenset({branch}), at=at, wip=wip)


def wip(
    *candidates: Candidate,
    selected: tuple[SelectedContent, ...] = (),
    successes: tuple[SuccessfulVerification, ...] = (),
) -> list[str]:
    selection = work_in_progress(
        [FEATURE], candidates, selected=selected, since="2025-01-01", successes_of=lambda _content: successes
    )
    return [version.selected.publication.version for version in selection]


def test_a_content_that_was_not_verified_is_pending() -> None:
    assert is_pending(MAIN, [])


def test_a_success_of_the_branch_itself_ends_pending() -> None:
    assert not is_pending(MAIN, [success("main", "2026-12-01")])


def test_a_success_of_another_branch_counts_only_from_before_this_branch_began() -> None:
    assert not is_pending(FEATURE, [success("main", "2026-01-31")])
    assert is_pending(FEATURE, [success("main", "2026-02-02")])


def test_any_success_counts_for_a_branch_that_has_never_been_used() -> None:
    assert not is_pending(NEW, [success("main", "2026-12-31")])


def test_a_success_of_a_version_without_a_branch_counts_for_no_branch() -> None:
    assert is_pending(NEW, [SuccessfulVerification(at="2026-01-01")])


def test_tags_follow_the_same_rule_by_tag() -> None:
    line = ProviderBranch(kind="tag", name="prod", began="2026-02-01")
    tagged = SuccessfulVerification(tags=frozenset({"prod"}), branches=frozenset({"main"}), at="2026-03-01")
    assert not is_pending(line, [tagged])
    assert is_pending(line, [success("prod")])


def test_without_a_branch_or_tags_any_success_will_do() -> None:
    assert pending_lines([], []) is None
    assert pending_lines([], [success("main")]) == []


def test_the_heads_that_are_not_selected_are_work_in_progress() -> None:
    head, behind = candidate(2, head_of_branches={"feat"}), candidate(1, branches={"feat"})
    assert wip(head, behind) == ["2"]


def test_what_was_selected_is_not_work_in_progress() -> None:
    head = candidate(2, head_of_branches={"feat"})
    assert wip(head, selected=(SelectedContent(publication=head.publication, matches=()),)) == []


def test_a_success_as_work_in_progress_keeps_it_in_progress() -> None:
    head = candidate(2, head_of_branches={"feat"})
    assert wip(head, successes=(success("feature", wip=True),)) == ["2"]
    assert wip(head, successes=(success("feature"),)) == []


def test_contracts_from_before_the_given_date_are_skipped() -> None:
    head = candidate(2, head_of_branches={"feat"})
    assert work_in_progress([MAIN], [head], selected=(), since="2026-06-01", successes_of=lambda _: ()) == []


_successes = st.lists(
    st.builds(
        SuccessfulVerification,
        branches=st.frozensets(st.sampled_from(["main", "feature", "fix"])),
        at=st.sampled_from(["2026-01-01", "2026-02-01", "2026-03-01"]),
    )
)


@given(_successes, _successes)
def test_more_successes_never_bring_pending_back(
    first: list[SuccessfulVerification], second: list[SuccessfulVerification]
) -> None:
    assert is_pending(FEATURE, first) or not is_pending(FEATURE, [*first, *second])
