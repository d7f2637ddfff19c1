"""Expiry: finds interactions that are older than the project allows."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from pactape.cassettes.format.reading import read_cassette
from pactape.http_bodies import header
from pactape.urls import authority, is_base_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.exchange import Exchange
    from pactape.settings import HygieneSettings

__all__ = ["expired", "recorded_at"]


def recorded_at(exchange: Exchange) -> datetime | None:
    """Return when an exchange was recorded: the response's Date header (RFC 9110, 6.6.1); None without one."""
    date = header(exchange.response.headers, "date")
    if date is None:
        return None
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def expired(path: Path, rules: HygieneSettings, *, now: datetime) -> Iterator[tuple[int, str]]:
    """Return the interactions of a cassette that are older than allowed, by position, with the reason.

    Args:
        path: The cassette's file, which is only read if there is a limit.
        rules: The limits.
        now: The current time.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
    """
    for exchange in read_cassette(path) if rules.limits_age else ():
        url = exchange.request.url
        limit = rules.max_age_of(authority(url) if is_base_url(url) else "")
        if limit is None:
            continue
        moment = recorded_at(exchange)
        if moment is None:
            yield exchange.index, "doesn't say when it was recorded (no Date header), and max_age is set"
        elif now - moment > limit:
            yield exchange.index, f"is {(now - moment).days} days old, and max_age is {limit.days} days"
