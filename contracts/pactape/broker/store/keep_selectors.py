"""Keep-selectors: choose the versions that cleaning keeps, with the names of the official broker's clean task.

Their fields are tag, branch, latest, deployed, released, max_age, main_branch, environment and pacticipant. A
version that matches any selector is kept.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec

__all__ = ["DEFAULT_KEEP", "KeepSelector", "read_keep_selectors"]

_CAPITAL = re.compile("[A-Z]")
_FIELDS = {"pacticipant_name": "pacticipant", "environment_name": "environment"}


class KeepSelector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A selector of versions to keep; all given conditions must hold.

    Args:
        pacticipant: The name of the only pacticipant that it applies to.
        tag: A tag that the version has; True means any.
        branch: A branch that it is on; True means any.
        main_branch: Whether it must be on its pacticipant's main branch.
        latest: Whether it must be the latest of its tag, branch or pacticipant.
        max_age: The greatest age in days.
        deployed: Whether it must be deployed now.
        released: Whether it must be released and supported now.
        environment: The environment that it must be deployed or released to.
    """

    pacticipant: str | None = None
    tag: str | bool | None = None
    branch: str | bool | None = None
    main_branch: bool | None = None
    latest: bool | None = None
    max_age: Annotated[int, msgspec.Meta(ge=0)] | None = None
    deployed: bool | None = None
    released: bool | None = None
    environment: str | None = None


DEFAULT_KEEP = (
    KeepSelector(tag=True, latest=True),
    KeepSelector(branch=True, latest=True),
    KeepSelector(latest=True),
    KeepSelector(deployed=True),
    KeepSelector(released=True),
    KeepSelector(max_age=90),
)


def read_keep_selectors(value: Any) -> tuple[KeepSelector, ...]:
    """Read keep-selectors from JSON: a list of objects, with the official names in snake or camel case.

    Raises:
        ValueError: It is not such a list, or a selector is empty.

    Example:
        >>> read_keep_selectors([{"branch": "main", "latest": True}])[0].branch
        'main'
    """
    if not isinstance(value, list) or not value:
        raise ValueError("the selectors must be a list with at least one object")
    selectors = []
    for index, element in enumerate(value):
        if not isinstance(element, dict) or all(item is None or item is False for item in element.values()):
            raise ValueError(f"selector {index + 1} must be an object with at least one condition")
        names = {name: _CAPITAL.sub(lambda match: f"_{match[0].lower()}", name) for name in element}
        fields = {_FIELDS.get(names[name], names[name]): item for name, item in element.items()}
        try:
            selectors.append(msgspec.convert(fields, KeepSelector))
        except msgspec.ValidationError as error:
            raise ValueError(f"selector {index + 1}: {error}") from None
    return tuple(selectors)
