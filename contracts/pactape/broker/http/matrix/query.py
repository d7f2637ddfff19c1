"""Reads matrix queries: the positional `q[][…]` parameters and the options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.protocol.messages import Problem
from pactape.broker.http.protocol.paging import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "LARGEST_LIMIT",
    "MATRIX_FILTERS",
    "MatrixQuery",
    "VersionSelector",
    "matrix_problem",
    "read_matrix_query",
]

#: The parameters of a matrix query.
MATRIX_FILTERS = (
    *("q[][", "ignore[][", "latestby", "limit", "days", "success", "success[]"),
    *("latest", "tag", "branch", "environment", "mainBranch"),
)
_FLAGS = {"latest", "mainBranch"}
_LATEST_BY = ("cvpv", "cvp", "cp")
_SUCCESS = {"true": True, "false": False, "": None}
#: The most rows that one query may request.
LARGEST_LIMIT = 1000
_DEFAULT_LIMIT = 100


class VersionSelector(msgspec.Struct, kw_only=True, rename="camel"):
    """A pacticipant, and at most one way to select its versions."""

    pacticipant: str
    version: str | None = None
    tag: str | None = None
    branch: str | None = None
    latest: bool = False
    main_branch: bool = False
    environment: str | None = None


class MatrixQuery(msgspec.Struct, kw_only=True):
    """A query to the matrix.

    Args:
        selectors: The selected versions.
        ignored: The versions whose results are ignored.
        target: How to infer the versions of the other pacticipants; None to infer none.
        latest_by: "cvpv", "cvp" or "cp": only the latest results by this key count; None means that all count.
        success: The outcomes to include: True, False, or None for unknown; None for the whole attribute includes
            all.
        days: Include only rows of this many last days; None means all.
        limit: The most rows to show.
    """

    selectors: list[VersionSelector]
    ignored: list[VersionSelector] = msgspec.field(default_factory=list)
    target: VersionSelector | None = None
    latest_by: str | None = None
    success: tuple[bool | None, ...] | None = None
    days: int | None = None
    limit: int = _DEFAULT_LIMIT


def matrix_problem(*texts: str) -> Problem:
    """Return the problem of an invalid matrix query."""
    return Problem(400, ", ".join(texts), errors={"query": list(texts)})


def read_matrix_query(pairs: Iterable[tuple[str, str]]) -> MatrixQuery:
    """Read the parameters of a matrix query.

    Raises:
        Problem: 400, no pacticipant is given, or a value is invalid.

    Example:
        >>> pairs = [("q[][pacticipant]", "Web"), ("q[][version]", "1"), ("environment", "test")]
        >>> query = read_matrix_query(pairs)
        >>> query.selectors[0].version, query.target.environment
        ('1', 'test')
    """
    pairs = list(pairs)
    options = {key: value for key, value in pairs if "[" not in key}
    selectors = _selectors(pairs, prefix="q")
    if not selectors:
        raise matrix_problem("Please provide 1 or more version selectors.")
    return MatrixQuery(
        selectors=selectors,
        ignored=_selectors(pairs, prefix="ignore"),
        target=_target(options),
        latest_by=_latest_by(options.get("latestby")),
        success=_success([value for key, value in pairs if key in {"success", "success[]"}]),
        days=_number(options, "days", largest=100_000),
        limit=_number(options, "limit", largest=LARGEST_LIMIT) or _DEFAULT_LIMIT,
    )


def _latest_by(text: str | None) -> str | None:
    if text and text not in _LATEST_BY:
        raise matrix_problem(f"latestby must be one of {', '.join(_LATEST_BY)}")
    return text or None


def _success(values: list[str]) -> tuple[bool | None, ...] | None:
    if not values:
        return None
    if not all(value in _SUCCESS for value in values):
        raise matrix_problem("success must be true, false or empty")
    return tuple(_SUCCESS[value] for value in values)


def _number(options: dict[str, str], name: str, *, largest: int) -> int | None:
    text = options.get(name)
    if not text:
        return None
    number = whole_number(text, largest=largest)
    if number is None:
        raise matrix_problem(f"{name} must be a number from 1 to {largest}")
    return number


def _target(options: dict[str, str]) -> VersionSelector | None:
    fields: dict[str, object] = {
        name: options[name] for name in ("tag", "branch", "environment") if options.get(name)
    }
    flags = {name: True for name in _FLAGS if _flag(name, options.get(name, ""))}
    destinations = [name for name in (*fields, *flags) if name != "latest"]
    if len(destinations) > 1:
        raise matrix_problem("Cannot specify more than one of tag, branch, environment and mainBranch.")
    if "latest" in flags and "environment" in fields:
        raise matrix_problem("Cannot specify both latest=true and an environment.")
    fields |= flags
    return msgspec.convert({"pacticipant": "", **fields}, VersionSelector) if fields else None


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false", ""}:
        raise matrix_problem(f"{name} must be true or false")
    return text == "true"


def _selectors(pairs: Iterable[tuple[str, str]], *, prefix: str) -> list[VersionSelector]:
    groups: list[dict[str, object]] = []
    start = f"{prefix}[]["
    for key, value in pairs:
        if not key.startswith(start) or not key.endswith("]"):
            continue
        name = key[len(start) : -1]
        if name not in VersionSelector.__struct_encode_fields__:
            raise matrix_problem(f"{key} is not a parameter here")
        if not groups or name in groups[-1]:
            groups.append({})
        if value:
            groups[-1][name] = _flag(key, value) if name in _FLAGS else value
    for group in groups:
        if not group.get("pacticipant"):
            raise matrix_problem(
                "Please specify the pacticipant name" + (" to ignore" if prefix != "q" else "")
            )
        if group.get("version") and group.get("latest"):
            raise matrix_problem(
                f"A version number and latest flag cannot both be specified for {group['pacticipant']}"
            )
    return [msgspec.convert(group, VersionSelector) for group in groups]
