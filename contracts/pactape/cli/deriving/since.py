"""The option `--since`: ignore recordings that are too old."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    _F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["since_option"]

_AGE = re.compile(r"([0-9]{1,5})d")


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Return the time of a date, a time, or an age in days; ages count from midnight UTC.

    A cache of what was derived since then stays valid for a day. Times without a time zone are in UTC.
    """
    if value is None:
        return None
    age = _AGE.fullmatch(value)
    if age is not None:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(days=int(age[1]))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        remedy = "Fix: write a date such as 2026-01-31, or an age such as 90d."
        raise click.BadParameter(f"{value!r} is not a date. {remedy}", ctx, param) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def since_option(function: _F) -> _F:
    """Give a command `--since`; it gets `since: datetime | None`."""
    return click.option(
        "--since",
        metavar="DATE",
        callback=_moment,
        help="Ignore exchanges recorded before this date or time (2026-01-31), or longer ago than this (90d).",
    )(function)
