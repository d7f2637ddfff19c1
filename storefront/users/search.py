"""Searching users: the criteria, and the one query that they make."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from sqlalchemy import func, select

from storefront.users.ages import latest_birth_date
from storefront.users.tables import Profile, User

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import ColumnElement, Select

__all__ = ["FoundUser", "InvalidSearchError", "SearchCriteria", "search_query"]

_ORDERS = {"created_at": User.created_at, "name": User.name, "email": func.lower(User.email)}


class InvalidSearchError(ValueError):
    """Criteria that say nothing that can be searched for."""


class SearchCriteria(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What to look for; what is not given doesn't matter.

    Args:
        name_pattern: A part of the name, whatever its case; no character of it is a wildcard.
        email: The e-mail address, whatever its case.
        location: The profile's location, exactly.
        min_age: At least so many years old; who told no birth date isn't found.
        has_profile_picture: Whether there is one.
        order_by: What the order is by; the id decides between equals.
        order: Upwards or downwards.
        limit: At most so many, up to 100.
        offset: Leave out so many of the first.
    """

    name_pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    location: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    min_age: Annotated[int, msgspec.Meta(ge=0, le=150)] | None = None
    has_profile_picture: bool | None = None
    order_by: Literal["created_at", "name", "email"] = "created_at"
    order: Literal["ASC", "DESC"] = "ASC"
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0

    @classmethod
    def of(cls, criteria: dict[str, Any]) -> SearchCriteria:
        """The criteria that a mapping in the wire's names holds.

        Raises:
            InvalidSearchError: A name is unknown, or a value not possible.

        Example:
            >>> SearchCriteria.of({"namePattern": "John", "minAge": 25}).min_age
            25
        """
        try:
            return msgspec.convert(criteria, cls)
        except msgspec.ValidationError as error:
            raise InvalidSearchError(str(error)) from error


class FoundUser(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user, as a search shows it."""

    id: uuid.UUID
    name: str
    email: str
    created_at: datetime
    bio: str | None
    location: str | None


def search_query(criteria: SearchCriteria, *, today: date | None = None) -> Select[*tuple[Any, ...]]:
    """The query; all values are parameters of it.

    Args:
        criteria: What to look for.
        today: The day that ages are of; None is today, in UTC.
    """
    day = today or datetime.now(UTC).date()
    column = _ORDERS[criteria.order_by]
    down = criteria.order == "DESC"
    return (
        select(User.id, User.name, User.email, User.created_at, Profile.bio, Profile.location)
        .outerjoin(Profile, Profile.user_id == User.id)
        .where(*_conditions(criteria, day))
        .order_by(*(each.desc() if down else each.asc() for each in (column, User.id)))
        .limit(criteria.limit)
        .offset(criteria.offset)
    )


def _conditions(criteria: SearchCriteria, today: date) -> Iterator[ColumnElement[bool]]:
    if criteria.name_pattern is not None:
        # The index finds those with all the letters, the comparison those with them in this order.
        yield func.trigrams(User.name).op("@>")(func.trigrams(criteria.name_pattern))
        yield func.strpos(func.lower(User.name), func.lower(criteria.name_pattern)) > 0
    if criteria.email is not None:
        yield func.lower(User.email) == func.lower(criteria.email)
    if criteria.location is not None:
        yield Profile.location == criteria.location
    if criteria.min_age is not None:
        yield User.birth_date <= latest_birth_date(today, criteria.min_age)
    if criteria.has_profile_picture is not None:
        yield Profile.picture.is_not(None) if criteria.has_profile_picture else Profile.picture.is_(None)
