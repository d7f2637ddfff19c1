"""Encodes values as strict JSON (RFC 8259), and decodes it into typed values."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, get_args

import msgspec

from pactape_clients.caller_code.callbacks import error_text, is_own, passes_through, without_frames
from pactape_clients.caller_code.checks import check_callable
from pactape_clients.errors import UsageError

__all__ = ["Codec", "DecHook", "EncHook", "FormatError"]

DecHook = Callable[[type, Any], Any]
EncHook = Callable[[Any], Any]

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class FormatError(Exception):
    """A body that can't be decoded.

    Args:
        message: What doesn't fit.
        path: The JSON path of the value that doesn't fit.
        cause: The exception of the caller's own model or `dec_hook`; None if the body doesn't fit.
    """

    def __init__(self, message: str, path: str = "$", *, cause: Exception | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.cause = cause


class _Decoder(Protocol):
    def decode(self, buf: bytes, /) -> Any: ...


class Codec:
    """Encodes and decodes the bodies of one client.

    Args:
        dec_hook: Decodes a type that msgspec doesn't know, as in msgspec: `dec_hook(type, value)`.
        enc_hook: Converts a value that JSON can't express into one that it can: `enc_hook(value)`.

    Example:
        >>> codec = Codec()
        >>> codec.decode(codec.encode({"id": 2**70}), None)
        {'id': 1180591620717411303424}
    """

    __slots__ = ("_dec_hook", "_enc_hook", "_in_order", "_sorted")

    def __init__(self, *, dec_hook: DecHook | None = None, enc_hook: EncHook | None = None) -> None:
        for name, hook in (("dec_hook", dec_hook), ("enc_hook", enc_hook)):
            if hook is not None:
                check_callable(name, hook)
        self._dec_hook = dec_hook
        self._enc_hook = _enc_hook_of(enc_hook)
        self._in_order = msgspec.json.Encoder(enc_hook=self._enc_hook)
        self._sorted = msgspec.json.Encoder(enc_hook=self._enc_hook, order="sorted")

    def encode(self, value: Any, *, what: str = "json", in_order: bool = True) -> bytes:
        """Return a value as JSON.

        Args:
            value: Anything that msgspec or `enc_hook` encodes, or a pydantic model.
            what: The kind of value, for the message.
            in_order: Whether the keys of objects keep their order; otherwise they are sorted.

        Raises:
            UsageError: JSON can't express it: an unknown type, NaN or infinity, a lone surrogate, endless nesting.
        """
        try:
            body = self._in_order.encode(value) if in_order else self._encode_sorted(value)
            is_json = b"null" not in body or not _has_non_finite(
                msgspec.to_builtins(value, enc_hook=self._enc_hook)
            )
        except Exception as error:  # noqa: BLE001 -- msgspec's errors, or any error of a hook
            failure = UsageError(f"{what} can't be encoded as JSON: {_reason_of(error)}")
        else:
            if is_json:
                return body
            failure = UsageError(f"{what} contains NaN or infinity, which JSON can't express")
        raise failure

    def _encode_sorted(self, value: Any) -> bytes:
        try:
            return self._sorted.encode(value)
        except TypeError:  # msgspec sorts only string keys; in JSON, all keys are strings
            return self._sorted.encode(msgspec.json.decode(self._in_order.encode(value)))

    def decoder(self, model: Any) -> _Decoder:
        """Return the decoder for a model (cached); None for plain values.

        Raises:
            UsageError: Neither msgspec nor pydantic can decode into this type.
        """
        try:
            return _decoder_for(model, self._dec_hook)
        except TypeError:  # an annotation that isn't hashable
            return _make_decoder(model, self._dec_hook)

    def decode(self, body: bytes, model: Any) -> Any:
        """Decode a JSON body into `model`.

        A byte order mark is ignored (RFC 8259 section 8.1), integers may have any size, and UTF-16 and UTF-32 are
        also read.

        Raises:
            FormatError: The body doesn't fit; `path` is the JSON path of the first value that doesn't fit.
            UsageError: The model can't be decoded into.
        """
        decoder = self.decoder(model)
        try:
            return decoder.decode(_as_utf8(body))
        except (msgspec.DecodeError, UnicodeError) as error:
            text, _, place = str(error).partition(" - at `")
            failure = FormatError(text, place.rstrip("`") or "$")
        except RecursionError:
            failure = FormatError("JSON is nested too deeply")
        except Exception as error:  # an error of pydantic, of a model or of dec_hook
            if passes_through(error):
                raise
            failure = _format_error(error)
        raise failure


def _as_utf8(body: bytes) -> bytes:
    if not body.startswith(_BOMS) and 0 not in body[:4]:
        return body
    return body.decode(json.detect_encoding(body)).lstrip("\ufeff").encode()


def _reason_of(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply or contains itself"
    if is_own(error):  # its text may contain a secret
        return f"it {error_text(error)}"
    return str(error) if isinstance(error, TypeError | msgspec.MsgspecError) else type(error).__name__


def _format_error(error: Exception) -> FormatError:
    """Return a failure with pydantic's location, or with the type of another error."""
    details = getattr(error, "errors", None)
    if not callable(details) or type(error).__module__.partition(".")[0] not in {"pydantic_core", "pydantic"}:
        return FormatError(
            f"decoding {error_text(error)}", cause=without_frames(error) if is_own(error) else None
        )
    first = details(include_input=False, include_url=False)[0]
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
    return FormatError(str(first["msg"]), "$" + "".join(steps))


def _has_non_finite(value: Any) -> bool:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple | set | frozenset):
            waiting += part
        elif isinstance(part, float) and not math.isfinite(part):
            return True
    return False


@lru_cache(maxsize=256)
def _enc_hook_of(hook: EncHook | None) -> EncHook:
    """Return a hook that encodes pydantic models, and calls the user's hook for other types."""

    def encode(value: Any) -> Any:
        dump = getattr(value, "model_dump", None)
        if callable(dump):
            return dump(mode="json", by_alias=True)
        if isinstance(value, msgspec.Raw):
            return None  # already JSON; only the search for NaN gets it
        if hook is not None:
            return hook(value)
        raise TypeError(f"objects of type {type(value).__name__} have no JSON form")

    return encode


@lru_cache(maxsize=1024)
def _decoder_for(model: Any, dec_hook: DecHook | None) -> _Decoder:
    return _make_decoder(model, dec_hook)


def _make_decoder(model: Any, dec_hook: DecHook | None) -> _Decoder:
    try:
        if "pydantic" in sys.modules and _has_pydantic(model):
            return _PydanticDecoder(model)
        return msgspec.json.Decoder(Any if model is None else model, dec_hook=dec_hook)
    except Exception as error:  # noqa: BLE001 -- msgspec's or pydantic's errors, or an invalid annotation
        failure = UsageError(
            f"returns={model!r} can't be decoded into: {error}. Fix: see msgspec's supported types"
        )
    raise failure


def _has_pydantic(model: Any) -> bool:
    if hasattr(model, "__pydantic_validator__"):
        return True
    return any(_has_pydantic(arg) for arg in get_args(model))


class _PydanticDecoder:
    """Decodes with pydantic, whose models msgspec doesn't know."""

    __slots__ = ("_adapter",)

    def __init__(self, model: Any) -> None:
        from pydantic import TypeAdapter  # noqa: PLC0415 -- optional; the model's module has imported it

        self._adapter: Any = TypeAdapter(model)

    def decode(self, buf: bytes, /) -> Any:
        return self._adapter.validate_json(buf)
