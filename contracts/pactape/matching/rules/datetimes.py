"""Dates and times against formats as Java writes them: "yyyy-MM-dd'T'HH:mm:ssXXX".

Pact specification V3 (date, time, datetime rules); the letters are those of Java's DateTimeFormatter, read as the
engine reads them: a number may have fewer digits than its letters, but never more; a day must be in its month.
"""

from __future__ import annotations

import calendar
import re
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FormatError", "format_mismatch"]

_TOKEN = re.compile(
    r"'(?P<quoted>(?:''|[^'])+)'|(?P<quote>'')|(?P<run>(?P<letter>[A-Za-z])(?P=letter)*)|"
    r"(?P<text>[^A-Za-z0-9'{}\[\]]+)"
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GMT = "(?:GMT|UTC)"
_SIGN = "[+-]+"
_LEAP_YEAR = 2000


class FormatError(ValueError):
    """A format that can't be read."""


class _Range(msgspec.Struct, frozen=True):
    """A number: up to `digits` digits, from `low` to `high`, called `name` in messages."""

    digits: int
    low: int
    high: int
    name: str


_MONTH, _DAY, _YEAR = "month", "day of the month", "year"
_NUMBERS = {
    "d": _Range(2, 1, 31, _DAY),
    "D": _Range(3, 1, 356, "day of the year"),
    "w": _Range(2, 1, 56, "week of the year"),
    "W": _Range(2, 1, 5, "week of the month"),
    "F": _Range(2, 0, 4, "week of the month"),
    "h": _Range(2, 1, 12, "hour"),
    "H": _Range(2, 0, 23, "hour"),
    "k": _Range(2, 1, 24, "hour"),
    "K": _Range(2, 0, 11, "hour"),
    "m": _Range(2, 0, 59, "minute"),
    "s": _Range(2, 0, 60, "second"),
    "L": _Range(2, 1, 12, _MONTH),
    "q": _Range(2, 1, 4, "quarter"),
}
_MONTH_NUMBER = _Range(2, 1, 12, _MONTH)
_WEEKDAY_NUMBER = _Range(1, 1, 7, "day of the week")
_OFFSET_HOUR = _Range(2, 0, 11, "offset's hour")
_MINUTE = _NUMBERS["m"]
_SECOND = _NUMBERS["s"]
_LONGEST = {
    "G": 5,
    "a": 1,
    "w": 2,
    "W": 2,
    "F": 2,
    "d": 2,
    "E": 5,
    "e": 5,
    "c": 1,
    "M": 5,
    "L": 5,
    "Q": 5,
    "q": 2,
}
_LONGEST |= {"h": 2, "H": 2, "k": 2, "K": 2, "m": 2, "s": 2, "x": 5, "X": 5, "Z": 5, "O": 4, "V": 2, "z": 3}
_TWO, _ABBREVIATED, _FULL = 2, 3, 4


class _Format:
    """A compiled format."""

    def __init__(self, text: str) -> None:
        self._ranges: dict[str, _Range] = {}
        self._numbers = count()
        self._pattern = re.compile("".join(self._tokens(text)))

    def format_mismatch(self, text: str) -> str | None:
        match = self._pattern.fullmatch(text)
        if match is None:
            return "it has another form"
        values = {
            self._ranges[name].name: int(digits) for name, digits in match.groupdict().items() if digits
        }
        for name, digits in match.groupdict().items():
            allowed = self._ranges[name]
            if digits and not allowed.low <= int(digits) <= allowed.high:
                return f"{digits} is not a valid {allowed.name}"
        return _why_not_in_month(values)

    def _tokens(self, text: str) -> list[str]:
        patterns, at = [], 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                raise FormatError(f"the format {text!r} can't be read at {text[at:]!r}")
            patterns.append(self._token(token))
            at = token.end()
        if not patterns:
            raise FormatError("the format is empty")
        return patterns

    def _token(self, token: re.Match[str]) -> str:
        if token["run"]:
            return self._letters(token["letter"], len(token["run"]))
        if token["quote"]:
            return "'"
        return re.escape(token["text"] or token["quoted"].replace("''", "'"))

    def _letters(self, letter: str, length: int) -> str:
        if length > _LONGEST.get(letter, length):
            raise FormatError(f"{letter * length!r} has too many letters")
        if letter in _NUMBERS:
            return self._number(_NUMBERS[letter])
        if letter in "yYu":
            return self._number(_Range(length, 0, 10**length, _YEAR))
        if letter in "xXZO":
            return self._offset(letter, length)
        return self._text(letter, length)

    def _text(self, letter: str, length: int) -> str:
        texts: dict[str, Callable[[], str]] = {
            "G": lambda: "(?i:ad|bc)",
            "a": lambda: "(?i:am|pm)",
            "M": lambda: self._month(length),
            "E": lambda: _names(_DAYS, length),
            "e": lambda: self._weekday(length),
            "c": lambda: self._weekday(length),
            "Q": lambda: self._quarter(length),
            "S": lambda: f"(?>[0-9]{{1,{length}}})",
            "n": lambda: "(?>[0-9]+)",
            "A": lambda: "(?>[0-9]+)",
            "N": lambda: "(?>[0-9]+)",
            "z": lambda: "(?>[A-Z]{3,4})",
            "V": lambda: "(?>[A-Za-z0-9]+)/(?>[A-Za-z0-9]+)",
        }
        if letter not in texts:
            raise FormatError(f"the letter {letter!r} means nothing in a format")
        return texts[letter]()

    def _month(self, length: int) -> str:
        return self._number(_MONTH_NUMBER) if length <= _TWO else _names(_MONTHS, length)

    def _weekday(self, length: int) -> str:
        return self._number(_WEEKDAY_NUMBER) if length <= _TWO else _names(_DAYS, length)

    def _quarter(self, length: int) -> str:
        if length <= _TWO:
            return self._number(_NUMBERS["q"])
        return "(?i:q[1-4])" if length == _ABBREVIATED else "(?i:(?:1st|2nd|3rd|4th) quarter)"

    def _number(self, allowed: _Range) -> str:
        name = f"n{next(self._numbers)}"
        self._ranges[name] = allowed
        return f"(?P<{name}>(?>[0-9]{{1,{allowed.digits}}}))"

    def _offset(self, letter: str, length: int) -> str:
        hour, minute = f"{_SIGN}{self._number(_OFFSET_HOUR)}", self._number(_MINUTE)
        if letter == "O":
            return f"{_GMT}{hour}:{minute}" if length == _FULL else f"{_GMT}{hour}(?::{minute})?"
        if letter == "Z":
            return {4: f"{_GMT}(?:{hour}:{minute})?", 5: f"{hour}:{minute}"}.get(length, hour + minute)
        second = self._number(_SECOND)
        numeric = {
            1: f"{hour}(?:{minute})?",
            2: f"{hour}{minute}",
            3: f"{hour}:{minute}",
            4: f"{hour}{minute}(?:{second})?",
            5: f"{hour}:{minute}(?::{second})?",
        }[length]
        return f"(?:Z|{numeric})" if letter == "X" else numeric


def _names(names: tuple[str, ...], length: int) -> str:
    choices = [name[:3] if length <= _ABBREVIATED else name for name in names]
    return f"(?i:{'|'.join(choices)})"


def _why_not_in_month(values: dict[str, int]) -> str | None:
    day, month = values.get(_DAY), values.get(_MONTH)
    if day is None or month is None:
        return None
    year = values.get(_YEAR, _LEAP_YEAR)
    if not 1 <= year <= 9999:  # noqa: PLR2004 -- the rule of leap years
        year = _LEAP_YEAR
    last = calendar.monthrange(year, month)[1]
    return None if day <= last else f"month {month} of {year} has no day {day}"


@lru_cache(maxsize=512)
def _format_of(text: str) -> _Format:
    return _Format(text)


def format_mismatch(text: str, date_format: str) -> str | None:
    """Return why a text doesn't have a format; None when it does.

    Args:
        text: The actual text.
        date_format: The format, in Java's letters.

    Raises:
        FormatError: The format can't be read.

    Example:
        >>> format_mismatch("2026-02-30", "yyyy-MM-dd")
        'month 2 of 2026 has no day 30'
    """
    return _format_of(date_format).format_mismatch(text)
