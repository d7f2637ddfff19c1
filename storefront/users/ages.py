"""Ages in whole years, as people count them."""

from __future__ import annotations

from datetime import date

__all__ = ["age_on", "birth_date_of", "latest_birth_date"]


def age_on(today: date, birth_date: date) -> int:
    """How many birthdays there were since the day of birth.

    Example:
        >>> age_on(date(2026, 3, 1), date(1996, 3, 2))
        29
    """
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday


def latest_birth_date(today: date, age: int) -> date:
    """The last day of birth that makes somebody at least this old; who is born on February 29 waits for March.

    Args:
        today: The day that counts.
        age: Years, from 0 to 150.
    """
    year = today.year - age
    try:
        return today.replace(year=year)
    except ValueError:  # February 29 of a year that has none
        return date(year, 2, 28)


def birth_date_of(today: date, age: int) -> date:
    """The day of birth to keep for somebody who tells only an age: the one that makes it true from today on."""
    return latest_birth_date(today, age)
