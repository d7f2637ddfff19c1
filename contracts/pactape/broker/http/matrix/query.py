"""Reading a query to the matrix: the positional `q[][…]` parameters and the options beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.protocol.messages import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MatrixQuery", "VersionSelector", "read_matrix_query"]

_FLAGS = {"latest", "mainBranch"}
_LARGEST_LIMIT = 1000


class VersionSelector(msgspec.Struct, kw_only=True, rename="camel"):
    """A selector as it was asked: a pacticipant and at most one way to name its versions."""

    pacticipant: str
    version: str | None = None
    tag: str | None = None
    branch: str | None = None
    latest: bool = False
    main_branch: bool = False
    environment: str | None = None


class MatrixQuery(msgspec.Struct, kw_only=True):
    """A query.

    Args:
        target: How to infer the versions of the others; None when nothing is to be inferred.
        latest_only: Of each consumer version and provider only the latest result.
        limit: How many rows to show.
    """

    wanted: list[VersionSelector]
    ignored: list[VersionSelector]
    target: VersionSelector | None
    latest_only: bool
    limit: int


def read_matrix_query(pairs: Iterable[tuple[str, str]]) -> MatrixQuery:
    """Read a query from its query.

    A repeated key starts the next selector, so the order of the pairs matters.

    Raises:
        Problem: 400, no pacticipant is named or a value can't be used.

    Example:
        >>> pairs = [("q[][pacticipant]", "Web"), ("q[][version]", "1"), ("environment", "test")]
        >>> query = read_matrix_query(pairs)
        >>> query.wanted[0].version, query.target.environment
        ('1', 'test')
    """
    pairs = list(pairs)
    options = {key: value for key, value in pairs if "[" not in key}
    wanted = _selectors(pairs, prefix="q")
    if not wanted:
        raise Problem(
            400, "Please provide 1 or more version selectors.", errors={"q": ["must name a pacticipant"]}
        )
    return MatrixQuery(
        wanted=wanted,
        ignored=_selectors(pairs, prefix="ignore"),
        target=_target(options),
        latest_only=options.get("latestby") == "cvp",
        limit=_limit(options.get("limit")),
    )


def _limit(text: str | None) -> int:
    if text is None:
        return 100
    if not text.isdecimal() or not 0 < int(text) <= _LARGEST_LIMIT:
        raise Problem(
            400, f"limit must be a number from 1 to {_LARGEST_LIMIT}", errors={"limit": ["out of range"]}
        )
    return int(text)


def _target(options: dict[str, str]) -> VersionSelector | None:
    given: dict[str, object] = {
        name: options[name] for name in ("tag", "branch", "environment") if options.get(name)
    }
    given |= {name: True for name in _FLAGS if options.get(name) == "true"}
    return msgspec.convert({"pacticipant": "", **given}, VersionSelector) if given else None


def _selectors(pairs: Iterable[tuple[str, str]], *, prefix: str) -> list[VersionSelector]:
    groups: list[dict[str, object]] = []
    start = f"{prefix}[]["
    for key, value in pairs:
        if not key.startswith(start) or not key.endswith("]"):
            continue
        name = key[len(start) : -1]
        if name not in VersionSelector.__struct_encode_fields__:
            raise Problem(400, f"{key} is not a parameter here", errors={prefix: [f"unknown {name!r}"]})
        if not groups or name in groups[-1]:
            groups.append({})
        groups[-1][name] = value == "true" if name in _FLAGS else value
    for group in groups:
        if not group.get("pacticipant"):
            raise Problem(
                400,
                "Please specify the pacticipant name",
                errors={prefix: [f"Please specify the pacticipant name for {group}"]},
            )
    return [msgspec.convert(group, VersionSelector) for group in groups]
