"""Packs values as MessagePack: equal values give equal bytes, and integers may have any size."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["large_number", "pack", "pack_sorted"]

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_LARGE_NUMBER = 1
_encode = msgspec.msgpack.Encoder().encode
_encode_sorted = msgspec.msgpack.Encoder(order="deterministic").encode


def pack(value: Any) -> bytes:
    """Return a value as MessagePack; keys stay in their order.

    Integers of more than 64 bits, which MessagePack doesn't have, are extensions of type 1: their decimal digits.

    Raises:
        ValueError: A text can't be written as UTF-8.
        TypeError: A value isn't one of msgspec's types.
    """
    try:
        return _encode(value)
    except OverflowError:
        return _encode(_with_large_numbers(msgspec.to_builtins(value, builtin_types=(bytes,))))


def pack_sorted(value: Any) -> bytes:
    """Return a value as MessagePack like `pack`, with keys and sets sorted."""
    try:
        return _encode_sorted(value)
    except OverflowError:
        plain = msgspec.to_builtins(value, builtin_types=(bytes,), order="deterministic")
        return _encode(_with_large_numbers(plain))


def large_number(code: int, data: memoryview) -> int:
    """Return the integer of an extension; the hook for decoding what `pack` returns.

    Raises:
        ValueError: The extension has another type.
    """
    if code != _LARGE_NUMBER:
        raise ValueError(f"extension {code} is unknown")
    return int(bytes(data))


def _with_large_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_large_numbers(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_with_large_numbers(item) for item in value]
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        return msgspec.msgpack.Ext(_LARGE_NUMBER, str(value).encode())
    return value
