"""Consumer version selectors: choose the contracts that a provider has to verify.

The rules are those of the official broker (docs.pact.io, "Consumer version selectors"). For a branch or a tag, the
contract of the latest *version* is selected; if that version has no contract with the provider, none is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.rules.candidates import Candidate, Match, SelectedContent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pactape.broker.rules.selector_parsing import Selector

__all__ = ["merge", "select"]


def select(
    selectors: Sequence[Selector], candidates: Sequence[Candidate], *, provider_branch: str | None = None
) -> list[SelectedContent]:
    """Return the contents to verify, each once, sorted by consumer and version.

    Args:
        selectors: The provider's selectors, or the defaults (`default_selectors`).
        candidates: At least the published contracts in the selectors' scope (`scope_of`).
        provider_branch: The provider's branch, for matchingBranch.
    """
    matches: list[tuple[Candidate, Match]] = []
    for selector in selectors:
        mine = [
            candidate
            for candidate in candidates
            if selector.consumer in {None, candidate.publication.consumer}
        ]
        matches.extend(_apply(selector, mine, provider_branch=provider_branch))
    return merge(matches)


def merge(matches: Iterable[tuple[Candidate, Match]]) -> list[SelectedContent]:
    """Merge matches by content, with the latest publication and each reason once."""
    by_content: dict[int, list[tuple[Candidate, Match]]] = {}
    for candidate, match in matches:
        by_content.setdefault(candidate.publication.content_id, []).append((candidate, match))
    selection = [
        SelectedContent(
            publication=max(
                (candidate.publication for candidate, _ in group), key=lambda one: one.version_id
            ),
            matches=tuple(dict.fromkeys(match for _, match in group)),
        )
        for group in by_content.values()
    ]
    return sorted(
        selection, key=lambda item: (item.publication.consumer.lower(), item.publication.version_id)
    )


_Matches = list[tuple[Candidate, Match]]


def _apply(selector: Selector, candidates: Sequence[Candidate], *, provider_branch: str | None) -> _Matches:
    if selector.main_branch:
        return _keep(
            selector,
            candidates,
            "main branch",
            lambda item: item.main_branch,
            lambda item: item.head_of_branches,
        )
    if selector.branch is True:
        return [
            (candidate, _match(selector, candidate, "branch", name))
            for candidate in candidates
            for name in sorted(candidate.head_of_branches)
        ]
    branch = provider_branch if selector.matching_branch else selector.branch or None
    if selector.matching_branch or branch:
        return _on_branch(selector, candidates, branch)
    if selector.tag:
        return _with_tag(selector, candidates, selector.tag)
    kinds = _kinds(selector)
    if kinds:
        return _in_environment_record(selector, candidates, kinds)
    return [
        (candidate, _match(selector, candidate, "latest", None))
        for candidate in candidates
        if candidate.latest
    ]


def _keep(
    selector: Selector,
    candidates: Sequence[Candidate],
    kind: str,
    name_of: Callable[[Candidate], str | None],
    among: Callable[[Candidate], frozenset[str]],
    *,
    instead_of: str | None = None,
) -> _Matches:
    return [
        (candidate, _match(selector, candidate, kind, name_of(candidate), instead_of=instead_of))
        for candidate in candidates
        if name_of(candidate) in among(candidate)
    ]


def _match(
    selector: Selector, candidate: Candidate, kind: str, name: str | None, *, instead_of: str | None = None
) -> Match:
    return Match(
        kind=kind,
        version=candidate.publication.version,
        name=name,
        consumer=selector.consumer,
        instead_of=instead_of,
    )


def _on_branch(selector: Selector, candidates: Sequence[Candidate], branch: str | None) -> _Matches:
    if branch is None:
        return []
    matches = _keep(selector, candidates, "branch", lambda _: branch, lambda item: item.head_of_branches)
    fallback = selector.fallback_branch
    if matches or not (fallback or selector.fallback_to_main_branch):
        return matches
    return _keep(
        selector,
        candidates,
        "branch",
        lambda item: fallback or item.main_branch,
        lambda item: item.head_of_branches,
        instead_of=branch,
    )


def _with_tag(selector: Selector, candidates: Sequence[Candidate], tag: str) -> _Matches:
    if not selector.latest:
        return _keep(selector, candidates, "all with tag", lambda _: tag, lambda item: item.tags)
    matches = _keep(selector, candidates, "tag", lambda _: tag, lambda item: item.head_of_tags)
    fallback = selector.fallback_tag
    if matches or fallback is None:
        return matches
    return _keep(
        selector, candidates, "tag", lambda _: fallback, lambda item: item.head_of_tags, instead_of=tag
    )


def _kinds(selector: Selector) -> set[str]:
    if selector.deployed_or_released:
        return {"deployed", "released"}
    kinds = {
        kind for kind, flag in (("deployed", selector.deployed), ("released", selector.released)) if flag
    }
    return kinds or ({"deployed", "released"} if selector.environment else set())


def _in_environment_record(selector: Selector, candidates: Sequence[Candidate], kinds: set[str]) -> _Matches:
    return [
        (candidate, _match(selector, candidate, standing.kind, standing.environment))
        for candidate in candidates
        for standing in candidate.environments
        if standing.kind in kinds and selector.environment in {None, standing.environment}
    ]
