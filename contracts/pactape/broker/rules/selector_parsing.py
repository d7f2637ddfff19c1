"""Parses consumer version selectors, and rejects contradictory ones."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["Selector", "SelectorError", "parse_selectors"]


class SelectorError(ValueError):
    """An invalid selector; the message says which one and why."""


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


def parse_selectors(values: Any) -> list[Selector]:
    """Parse `consumerVersionSelectors`; null fields count as absent.

    Raises:
        SelectorError: It is not a list of objects, or a selector has unknown, missing or contradictory fields.

    Example:
        >>> parse_selectors([{"mainBranch": True}])[0].main_branch
        True
    """
    if not isinstance(values, list):
        raise SelectorError("consumerVersionSelectors must be a list")
    return [_parse(value, place=f"consumerVersionSelectors[{index}]") for index, value in enumerate(values)]


def _parse(value: Any, *, place: str) -> Selector:
    try:
        fields = {
            key: item
            for key, item in value.items()
            if item is not None and (item is not False or key == "latest")
        }
        selector = msgspec.convert(fields, Selector, strict=False)
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
    """Return the contradictions in a selector, by the rules of the official broker."""
    fields = {name for name in (*_OF_BRANCHES, *_OF_ENVIRONMENTS) if getattr(selector, name) is not None}
    true_fields = {name for name in fields if getattr(selector, name)}
    return [
        *_main_and_matching(selector, fields, true_fields),
        *_fallbacks(selector, true_fields),
        *_conflicting_fields(fields, true_fields),
    ]


def _main_and_matching(selector: Selector, fields: set[str], true_fields: set[str]) -> list[tuple[bool, str]]:
    return [
        (
            not true_fields & _ENOUGH,
            "must name mainBranch, matchingBranch, branch, tag, latest, deployed, released or environment",
        ),
        (
            "main_branch" in true_fields and bool(fields - {"main_branch", "latest"}),
            "can't have mainBranch together with anything but consumer and latest",
        ),
        (
            "main_branch" in true_fields and selector.latest is False,
            "can't have mainBranch with latest=false",
        ),
        (
            "matching_branch" in true_fields and fields != {"matching_branch"},
            "can't have matchingBranch together with anything but consumer",
        ),
    ]


def _fallbacks(selector: Selector, true_fields: set[str]) -> list[tuple[bool, str]]:
    fallbacks = {"fallback_branch", "fallback_to_main_branch"}
    return [
        (
            "fallback_tag" in true_fields and not {"tag", "latest"} <= true_fields,
            "needs a tag and latest=true for its fallbackTag",
        ),
        (
            bool(true_fields & fallbacks) and not isinstance(selector.branch, str),
            "needs a branch for its fallbackBranch or fallbackToMainBranch",
        ),
        (fallbacks <= true_fields, "can't have both fallbackBranch and fallbackToMainBranch"),
        (selector.latest is False and "branch" in true_fields, "can't have a branch with latest=false"),
    ]


def _conflicting_fields(fields: set[str], true_fields: set[str]) -> list[tuple[bool, str]]:
    environments = {"deployed", "released", "deployed_or_released"}
    return [
        ({"branch", "tag"} <= true_fields, "can't have both a branch and a tag"),
        (
            bool(fields & set(_OF_BRANCHES)) and bool(fields & set(_OF_ENVIRONMENTS)),
            "can't have a branch, a tag or latest together with an environment, deployed or released",
        ),
        (
            len(true_fields & environments) > 1,
            "can have only one of deployed, released and deployedOrReleased",
        ),
    ]
