"""Consumer version selectors: which contracts a provider is to verify.

The rules are those of the official broker (docs.pact.io, "Consumer version selectors"). For a branch or a tag
the contract of the latest *version* counts: a version without a contract for the provider gives none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.records import Publication

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "Candidate",
    "Match",
    "Selected",
    "Selector",
    "SelectorError",
    "Standing",
    "merge",
    "parse_selectors",
    "select",
]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer version is in an environment, as "deployed" or "released"."""

    environment: str
    production: bool
    kind: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A published contract with what selectors ask of its consumer version.

    Args:
        branches: The branches that the version is on.
        head_of_branches: Those that it is the latest of.
        head_of_tags: The tags that the version is the latest to have.
        latest: Whether it is the consumer's latest version with a contract for the provider.
    """

    publication: Publication
    main_branch: str | None = None
    branches: frozenset[str] = frozenset()
    head_of_branches: frozenset[str] = frozenset()
    head_of_tags: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    standings: tuple[Standing, ...] = ()
    latest: bool = False


class SelectorError(ValueError):
    """A selector that can't be understood; the message says which and why."""


class Selector(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One consumer version selector, with the field names of the official API."""

    consumer: str | None = None
    main_branch: bool | None = None
    matching_branch: bool | None = None
    branch: str | bool | None = None  # True: the head of each branch
    fallback_branch: str | None = None
    fallback_to_main_branch: bool | None = None
    tag: str | None = None
    fallback_tag: str | None = None
    latest: bool | None = None
    deployed: bool | None = None
    released: bool | None = None
    deployed_or_released: bool | None = None
    environment: str | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Why a contract was selected.

    Args:
        kind: "branch", "tag", "all with tag", "latest", "deployed", "released".
        name: The branch, tag or environment.
        instead_of: The branch or tag that had no contract, when this is a fallback.
    """

    kind: str
    version: str
    name: str | None = None
    consumer: str | None = None
    instead_of: str | None = None


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """A content to verify: its latest selected publication, and every reason for it."""

    publication: Publication
    matches: tuple[Match, ...]


def parse_selectors(values: Any) -> list[Selector]:
    """Read `consumerVersionSelectors`; null fields are as good as absent ones.

    Raises:
        SelectorError: Not a list of objects, an unknown field, or fields that say nothing or contradict.

    Example:
        >>> parse_selectors([{"mainBranch": True}])[0].main_branch
        True
    """
    if not isinstance(values, list):
        raise SelectorError("consumerVersionSelectors must be a list")
    return [_parse(value, place=f"consumerVersionSelectors[{index}]") for index, value in enumerate(values)]


def _parse(value: Any, *, place: str) -> Selector:
    try:
        given = {
            key: item
            for key, item in value.items()
            if item is not None and (item is not False or key == "latest")
        }
        selector = msgspec.convert(given, Selector, strict=False)
    except (AttributeError, msgspec.ValidationError) as error:
        raise SelectorError(f"{place}: {error}") from None
    problem = _problem(selector)
    if problem:
        raise SelectorError(f"{place} {problem}")
    return selector


def _problem(selector: Selector) -> str | None:
    return next((text for wrong, text in _contradictions(selector) if wrong), None)


_OF_BRANCHES = (
    "latest",
    "tag",
    "fallback_tag",
    "branch",
    "fallback_branch",
    "fallback_to_main_branch",
    "matching_branch",
    "main_branch",
)
_OF_ENVIRONMENTS = ("environment", "deployed", "released", "deployed_or_released")
_ENOUGH = {"latest", "tag", "branch", "matching_branch", "main_branch", *_OF_ENVIRONMENTS}


def _contradictions(selector: Selector) -> list[tuple[bool, str]]:
    """What is wrong with a selector, by the rules of the official broker."""
    given = {name for name in (*_OF_BRANCHES, *_OF_ENVIRONMENTS) if getattr(selector, name) is not None}
    said = {name for name in given if getattr(selector, name)}
    places = {"deployed", "released", "deployed_or_released"}
    branch_without_latest = selector.latest is False and "branch" in said
    return [
        (
            not said & _ENOUGH,
            "must name mainBranch, matchingBranch, branch, tag, latest, deployed, released or environment",
        ),
        (
            "main_branch" in said and bool(given - {"main_branch", "latest"}),
            "can't have mainBranch together with anything but consumer and latest",
        ),
        ("main_branch" in said and selector.latest is False, "can't have mainBranch with latest=false"),
        (
            "matching_branch" in said and given != {"matching_branch"},
            "can't have matchingBranch together with anything but consumer",
        ),
        ({"branch", "tag"} <= said, "can't have both a branch and a tag"),
        (
            bool(given & set(_OF_BRANCHES)) and bool(given & set(_OF_ENVIRONMENTS)),
            "can't have a branch, a tag or latest together with an environment, deployed or released",
        ),
        (
            "fallback_tag" in said and not {"tag", "latest"} <= said,
            "needs a tag and latest=true for its fallbackTag",
        ),
        (
            bool(said & {"fallback_branch", "fallback_to_main_branch"})
            and not isinstance(selector.branch, str),
            "needs a branch for its fallbackBranch or fallbackToMainBranch",
        ),
        (
            {"fallback_branch", "fallback_to_main_branch"} <= said,
            "can't have both fallbackBranch and fallbackToMainBranch",
        ),
        (branch_without_latest, "can't have a branch with latest=false"),
        (len(said & places) > 1, "can have only one of deployed, released and deployedOrReleased"),
    ]


def select(
    selectors: Sequence[Selector], candidates: Sequence[Candidate], *, provider_branch: str | None = None
) -> list[Selected]:
    """The contents to verify, each once, by consumer and version; no selectors means the official defaults.

    Args:
        selectors: What the provider asks for.
        candidates: Every published contract with the provider.
        provider_branch: The provider's branch, for matchingBranch.
    """
    chosen = list(selectors) or _defaults(candidates)
    found: list[tuple[Candidate, Match]] = []
    for selector in chosen:
        mine = [each for each in candidates if selector.consumer in {None, each.publication.consumer}]
        found.extend(_apply(selector, mine, provider_branch=provider_branch))
    return merge(found)


def merge(found: Iterable[tuple[Candidate, Match]]) -> list[Selected]:
    """Join what was found by content, keeping the latest publication and every reason once."""
    by_content: dict[int, list[tuple[Candidate, Match]]] = {}
    for candidate, match in found:
        by_content.setdefault(candidate.publication.content_id, []).append((candidate, match))
    merged = [
        Selected(
            publication=max((each.publication for each, _ in group), key=lambda one: one.version_id),
            matches=tuple(dict.fromkeys(match for _, match in group)),
        )
        for group in by_content.values()
    ]
    return sorted(merged, key=lambda each: (each.publication.consumer.lower(), each.publication.version_id))


def _defaults(candidates: Sequence[Candidate]) -> list[Selector]:
    """Each consumer's main branch (else its tag of that name, else its latest), and all that is in use."""
    chosen = []
    for consumer in sorted({each.publication.consumer for each in candidates}):
        mine = [each for each in candidates if each.publication.consumer == consumer]
        main = mine[0].main_branch
        if main is not None and any(main in each.head_of_branches for each in mine):
            chosen.append(Selector(consumer=consumer, main_branch=True))
        elif main is not None and any(main in each.tags for each in mine):
            chosen.append(Selector(consumer=consumer, tag=main, latest=True))
        else:
            chosen.append(Selector(consumer=consumer, latest=True))
    return [*chosen, Selector(deployed_or_released=True)]


_Found = list[tuple[Candidate, Match]]


def _apply(selector: Selector, candidates: Sequence[Candidate], *, provider_branch: str | None) -> _Found:
    if selector.main_branch:
        return _keep(
            selector, candidates, "branch", lambda each: each.main_branch, lambda each: each.head_of_branches
        )
    if selector.branch is True:
        return [
            (each, _match(selector, each, "branch", name))
            for each in candidates
            for name in sorted(each.head_of_branches)
        ]
    branch = provider_branch if selector.matching_branch else selector.branch or None
    if selector.matching_branch or branch:
        return _on_branch(selector, candidates, branch)
    if selector.tag:
        return _tagged(selector, candidates, selector.tag)
    kinds = _kinds(selector)
    if kinds:
        return _standing(selector, candidates, kinds)
    return [(each, _match(selector, each, "latest", None)) for each in candidates if each.latest]


def _keep(
    selector: Selector,
    candidates: Sequence[Candidate],
    kind: str,
    name_of: Callable[[Candidate], str | None],
    among: Callable[[Candidate], frozenset[str]],
    *,
    instead_of: str | None = None,
) -> _Found:
    return [
        (each, _match(selector, each, kind, name_of(each), instead_of=instead_of))
        for each in candidates
        if name_of(each) in among(each)
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


def _on_branch(selector: Selector, candidates: Sequence[Candidate], branch: str | None) -> _Found:
    if branch is None:
        return []
    found = _keep(selector, candidates, "branch", lambda _: branch, lambda each: each.head_of_branches)
    fallback = selector.fallback_branch
    if found or not (fallback or selector.fallback_to_main_branch):
        return found
    return _keep(
        selector,
        candidates,
        "branch",
        lambda each: fallback or each.main_branch,
        lambda each: each.head_of_branches,
        instead_of=branch,
    )


def _tagged(selector: Selector, candidates: Sequence[Candidate], tag: str) -> _Found:
    if not selector.latest:
        return _keep(selector, candidates, "all with tag", lambda _: tag, lambda each: each.tags)
    found = _keep(selector, candidates, "tag", lambda _: tag, lambda each: each.head_of_tags)
    fallback = selector.fallback_tag
    if found or fallback is None:
        return found
    return _keep(
        selector, candidates, "tag", lambda _: fallback, lambda each: each.head_of_tags, instead_of=tag
    )


def _kinds(selector: Selector) -> set[str]:
    if selector.deployed_or_released:
        return {"deployed", "released"}
    kinds = {
        kind for kind, wanted in (("deployed", selector.deployed), ("released", selector.released)) if wanted
    }
    return kinds or ({"deployed", "released"} if selector.environment else set())


def _standing(selector: Selector, candidates: Sequence[Candidate], kinds: set[str]) -> _Found:
    return [
        (each, _match(selector, each, standing.kind, standing.environment))
        for each in candidates
        for standing in each.standings
        if standing.kind in kinds and selector.environment in {None, standing.environment}
    ]
