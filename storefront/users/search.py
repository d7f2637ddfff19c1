"""User search: the criteria and their SQL query."""

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
    """The search criteria are invalid."""


class SearchCriteria(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Search criteria; None matches every user.

    Args:
        name_pattern: A part of the name, ignoring case; there are no wildcards.
        email: The e-mail address, ignoring case.
        location: The profile's location, exactly.
        min_age: The minimum age in years; users without a birth date don't match.
        has_profile_picture: Whether the profile has a picture.
        order_by: The sort key; ties are sorted by id.
        order: Ascending or descending.
        limit: The maximum number of users, up to 100.
        offset: The number of users to skip.
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
        """Parse criteria from a mapping with camelCase names.

        Raises:
            InvalidSearchError: A name is unknown or a value is invalid.

        Example:
            >>> SearchCriteria.of({"namePattern": "John", "minAge": 25}).min_age
            25
        """
        try:
            return msgspec.convert(criteria, cls)
        except msgspec.ValidationError as error:
            raise InvalidSearchError(str(error)) from error


class FoundUser(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user in a search result."""

    id: uuid.UUID
    name: str
    email: str
    created_at: datetime
    bio: str | None
    location: str | None


def search_query(criteria: SearchCriteria, *, today: date | None = None) -> Select[*tuple[Any, ...]]:
    """Return the SQL query; all values are bound parameters.

    Args:
        criteria: The search criteria.
        today: The date for ages; None is today in UTC.
    """
    day = today or datetime.now(UTC).date()
    column = _ORDERS[criteria.order_by]
    down = criteria.order == "DESC"
    return (
        select(User.id, User.name, User.email, User.created_at, Profile.bio, Profile.location)
        .outerjoin(Profile, Profile.user_id == User.id)
        .where(*_conditions(criteria, day))
        .order_by(*(sort_column.desc() if down else sort_column.asc() for sort_column in (column, User.id)))
        .limit(criteria.limit)
        .offset(criteria.offset)
    )


def _conditions(criteria: SearchCriteria, today: date) -> Iterator[ColumnElement[bool]]:
    if criteria.name_pattern is not None:
        # The index finds names with the same trigrams; the comparison checks their order.
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
