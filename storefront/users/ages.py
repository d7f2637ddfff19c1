"""Ages in whole years."""

from __future__ import annotations

from datetime import date

__all__ = ["age_on", "birth_date_of", "latest_birth_date"]


def age_on(today: date, birth_date: date) -> int:
    """Return the age on a day.

    Example:
        >>> age_on(date(2026, 3, 1), date(1996, 3, 2))
        29
    """
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday


def latest_birth_date(today: date, age: int) -> date:
    """Return the latest birth date of somebody of at least this age; February 29 counts as March 1 in other years.

    Args:
        today: The current date.
        age: Years, from 0 to 150.
    """
    year = today.year - age
    try:
        return today.replace(year=year)
    except ValueError:  # February 29 in a common year
        return date(year, 2, 28)


def birth_date_of(today: date, age: int) -> date:
    """Return the birth date of somebody who turns this age today."""
    return latest_birth_date(today, age)
