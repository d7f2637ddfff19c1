"""Patches of JSON decoders: json, simplejson, orjson, ujson and msgspec."""

from __future__ import annotations

import sys
from functools import wraps
from json import decoder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

__all__ = ["observe_decoders"]

#: Functions that parse their text or bytes argument.
_LOADS = (("orjson", "loads"), ("ujson", "loads"), ("rapidjson", "loads"))


def observe_decoders(observer: Observer, replacements: Replacements) -> None:
    """Observe which parts are read of bodies that the code under test parses itself."""
    replacements.attribute(decoder.JSONDecoder, "decode", _decoding(observer))
    simplejson = sys.modules.get("simplejson.decoder")
    replacements.attribute(getattr(simplejson, "JSONDecoder", None), "decode", _decoding(observer))
    for module, name in _LOADS:
        replacements.function(sys.modules.get(module), name, _loading(observer))
    replacements.attribute(sys.modules.get("msgspec.json"), "decode", _decoding_as_model(observer))


def _decoding(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of the decoder that `json.loads` always calls, however it was imported."""

    def make(original: Any) -> Any:
        @wraps(original)
        def decode(self: Any, s: Any, *arguments: Any, **options: Any) -> Any:
            return observer.parsed(s, original(self, s, *arguments, **options))

        return decode

    return make


def _loading(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def loads(text: Any, *arguments: Any, **options: Any) -> Any:
            return observer.parsed(text, original(text, *arguments, **options))

        return loads

    return make


def _decoding_as_model(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def decode(buf: Any, **options: Any) -> Any:
            value = original(buf, **options)
            model = options.get("type", Any)
            if model is not Any and observer.read_as(buf, model):
                return value
            return observer.parsed(buf, value)

        return decode

    return make
