"""The scope of selectors: which publications have to be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.rules.selector_parsing import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ConsumerDefaults", "SelectionScope", "default_selectors", "scope_of"]


class ConsumerDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of a consumer that decide its default selectors.

    Args:
        name: The consumer's name.
        main_branch: Its main branch, if it has one.
        on_main_branch: Whether any version of it is on that branch.
        tagged_main: Whether any version of it has a tag of that name.
    """

    name: str
    main_branch: str | None = None
    on_main_branch: bool = False
    tagged_main: bool = False


class SelectionScope(msgspec.Struct, frozen=True, kw_only=True):
    """The heads and versions that selectors choose from.

    Args:
        branches: The branches whose heads are needed.
        main_branches: Whether the heads of main branches are needed.
        every_branch: Whether the heads of all branches are needed.
        tags: The tags whose latest versions are needed.
        every_tag: Whether the latest version of every tag is needed.
        whole_tags: The tags whose versions are all needed.
        latest: Whether the latest contract of each consumer is needed.
        environments: Whether the currently deployed or released versions are needed.
    """

    branches: frozenset[str] = frozenset()
    main_branches: bool = False
    every_branch: bool = False
    tags: frozenset[str] = frozenset()
    every_tag: bool = False
    whole_tags: frozenset[str] = frozenset()
    latest: bool = False
    environments: bool = False


def default_selectors(consumers: Iterable[ConsumerDefaults]) -> list[Selector]:
    """Return the official defaults: each consumer's main branch (or else its tag, or latest), and all in use.

    The main branch counts as soon as any version is on it, even if its head has no contract with the provider.

    Example:
        >>> web = ConsumerDefaults(name="web", main_branch="main", on_main_branch=True)
        >>> default_selectors([web])[0].main_branch
        True
    """
    selectors = []
    for consumer in consumers:
        if consumer.on_main_branch:
            selectors.append(Selector(consumer=consumer.name, main_branch=True))
        elif consumer.tagged_main:
            selectors.append(Selector(consumer=consumer.name, tag=consumer.main_branch, latest=True))
        else:
            selectors.append(Selector(consumer=consumer.name, latest=True))
    return [*selectors, Selector(deployed_or_released=True)]


def scope_of(
    selectors: Sequence[Selector], *, provider_branch: str | None = None, heads: bool = False
) -> SelectionScope:
    """Return the scope of selectors.

    Args:
        selectors: The selectors.
        provider_branch: The provider's branch, for matchingBranch.
        heads: Whether all heads are needed as well, as for work in progress.
    """
    branches = {selector.branch for selector in selectors if isinstance(selector.branch, str)}
    branches |= {selector.fallback_branch for selector in selectors if selector.fallback_branch}
    if provider_branch and any(selector.matching_branch for selector in selectors):
        branches.add(provider_branch)
    tags = {selector.tag for selector in selectors if selector.tag and selector.latest}
    tags |= {selector.fallback_tag for selector in selectors if selector.fallback_tag}
    return SelectionScope(
        branches=frozenset(branches),
        main_branches=any(selector.main_branch or selector.fallback_to_main_branch for selector in selectors),
        every_branch=heads or any(selector.branch is True for selector in selectors),
        tags=frozenset(tags),
        every_tag=heads,
        whole_tags=frozenset(selector.tag for selector in selectors if selector.tag and not selector.latest),
        latest=any(_is_plain_latest(selector) for selector in selectors),
        environments=any(
            selector.environment or selector.deployed or selector.released or selector.deployed_or_released
            for selector in selectors
        ),
    )


def _is_plain_latest(selector: Selector) -> bool:
    return bool(selector.latest) and not (selector.tag or selector.branch or selector.main_branch)
