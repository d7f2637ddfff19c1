"""Payment card numbers (ISO/IEC 7812-1): their length, prefix and check digit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GROUPED_CARD", "is_card_name", "is_card_number", "without_card_number"]

#: Digits in groups; ungrouped digits are a card number only if their name says so.
GROUPED_CARD = compile_when_used(r"(?<![\d.-])\d{4}([ -])\d{4,6}\1\d{4,5}(?:\1\d{4})?(?![\d.-])")
_CARD = compile_when_used(
    r"(?:4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}|35\d{14}|3[068]\d{12})"
)
_NAME = compile_when_used(r"card|^pan$|^cc|number|account", re.IGNORECASE)
_MOST_DIGITS = 19
_LEAST_DIGITS = 13


def is_card_name(name: str) -> bool:
    """Whether a field of this name may hold a card number."""
    return _NAME.search(name) is not None


def is_card_number(text: str) -> bool:
    """Whether digits, grouped or not, are a payment card number.

    Example:
        >>> is_card_number("4111 1111 1111 1111"), is_card_number("4111 1111 1111 1112")
        (True, False)
    """
    if not _LEAST_DIGITS <= len(text) <= _MOST_DIGITS + 4:
        return False
    digits = re.sub(r"[ -]", "", text)
    return _CARD.fullmatch(digits) is not None and sum(_luhn(digits)) % 10 == 0


def without_card_number(number: str) -> str:
    """Return a number of the same form that no card has and that is valid in JSON.

    Example:
        >>> without_card_number("4111-1111-1111-1111")
        '4000-0000-0000-0000'
    """
    return "4" + re.sub(r"\d", "0", number[1:])


def _luhn(digits: str) -> Iterator[int]:
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + position % 2)
        yield doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 -- the sum of the two digits
