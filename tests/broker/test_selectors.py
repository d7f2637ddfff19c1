"""The rules of consumer version selectors over plain data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.rules.candidates import Candidate, InEnvironment
from pactape.broker.rules.selection_scope import ConsumerDefaults, default_selectors
from pactape.broker.rules.selector_parsing import SelectorError, parse_selectors
from pactape.broker.rules.selectors import select

from tests.broker.helpers.candidates import candidate


def selected_versions(
    selectors: list[dict[str, Any]], *candidates: Candidate, branch: str | None = None
) -> list[str]:
    selection = select(parse_selectors(selectors), candidates, provider_branch=branch)
    return [version.publication.version for version in selection]


def test_main_branch_gives_the_head_of_each_consumers_main_branch() -> None:
    old = candidate(1, branches={"main"}, main_branch="main")
    head = candidate(2, branches={"main"}, head_of_branches={"main"}, main_branch="main")
    other = candidate(3, consumer="app", head_of_branches={"trunk"}, main_branch="trunk")
    assert selected_versions([{"mainBranch": True}], old, head, other) == ["3", "2"]


def test_a_branch_whose_head_has_no_contract_gives_none() -> None:
    assert selected_versions([{"branch": "main"}], candidate(1, branches={"main"})) == []


def test_matching_branch_takes_the_providers_branch() -> None:
    head = candidate(1, head_of_branches={"feat"})
    assert selected_versions([{"matchingBranch": True}], head, branch="feat") == ["1"]
    assert selected_versions([{"matchingBranch": True}], head) == []


def test_the_fallback_branch_is_used_only_when_the_branch_gives_nothing() -> None:
    feature, main = candidate(1, head_of_branches={"feat"}), candidate(2, head_of_branches={"main"})
    selector = {"branch": "feat", "fallbackBranch": "main"}
    assert selected_versions([selector], feature, main) == ["1"]
    assert selected_versions([selector], main) == ["2"]


def test_the_main_branch_may_be_the_fallback() -> None:
    head = candidate(1, main_branch="trunk", head_of_branches={"trunk"})
    feature = candidate(2, main_branch="trunk", head_of_branches={"feat"})
    selectors = [{"branch": "feat", "fallbackToMainBranch": True}]
    assert selected_versions(selectors, head, feature) == ["2"]
    assert selected_versions(selectors, head) == ["1"]


def test_branch_true_gives_the_head_of_every_branch() -> None:
    head = candidate(1, head_of_branches={"main"})
    feature = candidate(2, head_of_branches={"feat", "fix"})
    assert selected_versions([{"branch": True}], head, feature, candidate(3, branches={"main"})) == ["1", "2"]


def test_a_tag_without_latest_gives_every_version_that_has_it() -> None:
    both = candidate(1, tags={"prod"}), candidate(2, tags={"prod"}, head_of_tags={"prod"})
    assert selected_versions([{"tag": "prod"}], *both) == ["1", "2"]
    assert selected_versions([{"tag": "prod", "latest": True}], *both) == ["2"]


@pytest.mark.parametrize(
    ("selector", "versions"),
    [
        ({"deployed": True}, ["1", "3"]),
        ({"released": True}, ["2"]),
        ({"deployedOrReleased": True}, ["1", "2", "3"]),
        ({"environment": "test"}, ["1", "2"]),
        ({"deployed": True, "environment": "live"}, ["3"]),
    ],
)
def test_versions_in_use_are_chosen_by_kind_and_environment(
    selector: dict[str, Any], versions: list[str]
) -> None:
    places = [("test", "deployed"), ("test", "released"), ("live", "deployed")]
    candidates = [
        candidate(number, environments=(InEnvironment(environment=name, production=False, kind=kind),))
        for number, (name, kind) in enumerate(places, start=1)
    ]
    assert selected_versions([selector], *candidates) == versions


def test_the_consumer_narrows_a_selector() -> None:
    both = candidate(1, latest=True), candidate(2, consumer="app", latest=True)
    assert selected_versions([{"latest": True, "consumer": "app"}], *both) == ["2"]


def test_by_default_a_consumer_with_versions_on_its_main_branch_is_asked_for_that_branch_alone() -> None:
    web = ConsumerDefaults(name="web", main_branch="main", on_main_branch=True)
    old, head = candidate(1, main_branch="main", latest=True), candidate(2, consumer="app", latest=True)
    app = ConsumerDefaults(name="app")
    selected = select(default_selectors([web, app]), [old, head])
    assert [version.publication.version for version in selected] == ["2"]


def test_by_default_a_tag_named_like_the_main_branch_is_used_for_it() -> None:
    web = ConsumerDefaults(name="web", main_branch="main", tagged_main=True)
    tagged = candidate(1, tags={"main"}, head_of_tags={"main"})
    selected = select(default_selectors([web]), [tagged, candidate(2, latest=True)])
    assert [version.publication.version for version in selected] == ["1"]


def test_by_default_whatever_is_in_use_is_selected() -> None:
    live = InEnvironment(environment="live", production=True, kind="deployed")
    selected = select(default_selectors([]), [candidate(1, environments=(live,)), candidate(2, latest=True)])
    assert [version.publication.version for version in selected] == ["1"]


def test_the_same_content_is_verified_once_with_every_reason() -> None:
    main = candidate(1, content=7, head_of_branches={"main"})
    feature = candidate(2, content=7, head_of_branches={"feat"})
    selected = select(parse_selectors([{"branch": "main"}, {"branch": "feat"}]), [main, feature])
    assert [version.publication.version for version in selected] == ["2"]
    assert [match.name for match in selected[0].matches] == ["main", "feat"]


@pytest.mark.parametrize(
    "selectors",
    [
        "main",
        [1],
        [{}],
        [{"consumer": "web"}],
        [{"mainBrunch": True}],
        [{"branch": "a", "tag": "b"}],
        [{"mainBranch": True, "branch": "a"}],
        [{"mainBranch": True, "fallbackBranch": "a"}],
        [{"tag": "a", "fallbackTag": "b"}],
        [{"branch": 3}],
        [{"mainBranch": True, "latest": False}],
        [{"matchingBranch": True, "fallbackBranch": "a"}],
        [{"matchingBranch": True, "latest": True}],
        [{"branch": "a", "latest": False}],
        [{"branch": "a", "deployed": True}],
        [{"latest": True, "environment": "live"}],
        [{"deployed": True, "released": True}],
        [{"tag": "a", "fallbackTag": "b", "latest": False}],
        [{"latest": True, "fallbackTag": "b"}],
        [{"fallbackBranch": "b", "latest": True}],
        [{"branch": True, "fallbackBranch": "b"}],
        [{"branch": "a", "fallbackBranch": "b", "fallbackToMainBranch": True}],
    ],
)
def test_selectors_that_say_nothing_or_contradict_are_refused(selectors: Any) -> None:
    with pytest.raises(SelectorError, match="consumerVersionSelectors"):
        parse_selectors(selectors)


_names = st.frozensets(st.sampled_from(["main", "feat", "fix"]))
_candidates = st.lists(
    st.builds(
        candidate,
        st.integers(1, 30),
        content=st.integers(1, 4),
        head_of_branches=_names,
        tags=_names,
        latest=st.booleans(),
    ),
    max_size=12,
)
_selectors = st.lists(
    st.sampled_from([{"latest": True}, {"branch": "main"}, {"tag": "feat"}, {"branch": "fix"}]),
    min_size=1,
    max_size=4,
)


@given(_candidates, _selectors)
def test_more_selectors_never_choose_fewer_contents(
    candidates: list[Candidate], selectors: list[dict[str, Any]]
) -> None:
    def contents(criteria: list[dict[str, Any]]) -> set[int]:
        return {version.publication.content_id for version in select(parse_selectors(criteria), candidates)}

    assert contents(selectors[:1]) <= contents(selectors)


@given(_candidates, _selectors)
def test_no_content_is_chosen_twice(candidates: list[Candidate], selectors: list[dict[str, Any]]) -> None:
    content_ids = [
        version.publication.content_id for version in select(parse_selectors(selectors), candidates)
    ]
    assert len(content_ids) == len(set(content_ids))
