"""Amounts of money: decimals inside, JSON numbers with two decimals on the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

__all__ = ["LARGEST", "cents", "encoded", "is_amount", "on_the_wire"]

#: The largest amount that a database column can hold.
LARGEST = Decimal("9999999.99")

_CENT = Decimal("0.01")
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def is_amount(value: Decimal) -> bool:
    """Return whether `value` is an amount: from 0 to LARGEST, in whole cents.

    Example:
        >>> is_amount(Decimal("9.99")), is_amount(Decimal("9.999")), is_amount(Decimal("-1"))
        (True, False, False)
    """
    return value.is_finite() and 0 <= value <= LARGEST and value == value.quantize(_CENT)


def cents(value: Decimal) -> Decimal:
    """Return an amount with two decimals.

    Example:
        >>> cents(Decimal("65"))
        Decimal('65.00')
    """
    return value.quantize(_CENT)


def encoded(value: Any) -> bytes:
    """Encode a value as JSON; decimals become numbers with exactly their digits.

    Example:
        >>> encoded({"total": Decimal("65.00")})
        b'{"total":65.00}'
    """
    return _ENCODER.encode(value)


def on_the_wire(value: Any) -> msgspec.Raw:
    """Return a JSON request body with decimals as numbers; a client's own encoder writes them as strings."""
    return msgspec.Raw(encoded(value))
