"""Patches of JSON decoders: json, simplejson, orjson, ujson, rapidjson and msgspec."""

from __future__ import annotations

import sys
from functools import partial, wraps
from json import decoder
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_parsed_by_recorder
from pactape.observing.library_patches.replacing import stand_in_class
from pactape.observing.library_patches.reusable_decoders import ObservedDecoder, observed_value
from pactape.observing.reading_contexts import internal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

__all__ = ["observe_decoders"]

#: Functions that parse their text or bytes argument.
_LOADS = (("orjson", "loads"), ("ujson", "loads"), ("ujson", "decode"), ("rapidjson", "loads"))
#: Functions in C that parse a file.
_LOAD = ("ujson", "rapidjson")


def observe_decoders(observer: Observer, replacements: Replacements) -> None:
    """Observe which parts are read of bodies that the code under test parses itself."""
    for module in (decoder, sys.modules.get("simplejson.decoder")):
        kind = getattr(module, "JSONDecoder", None)
        replacements.attribute(kind, "decode", _decoding(observer))
        replacements.attribute(kind, "raw_decode", _decoding_beginning(observer))
    for name, function in _LOADS:
        replacements.function(sys.modules.get(name), function, _loading(observer))
    for name in _LOAD:
        loads = getattr(sys.modules.get(name), "loads", None)
        replacements.function(sys.modules.get(name), "load", partial(_loading_file, loads))
    _msgspec(observer, replacements)


def _msgspec(observer: Observer, replacements: Replacements) -> None:
    json = sys.modules.get("msgspec.json")
    replacements.function(json, "decode", _decoding_as_model(observer))
    kind = getattr(json, "Decoder", None)
    if kind is not None:
        observed = partial(ObservedDecoder, observer)
        replacements.instances(kind, observed)
        create = _creating(kind, observed)
        replacements.function(json, "Decoder", lambda _: stand_in_class(kind, create, ObservedDecoder))


def _creating(kind: Any, observed: Callable[[Any], ObservedDecoder]) -> Callable[..., ObservedDecoder]:
    def create(*arguments: Any, **options: Any) -> ObservedDecoder:
        return observed(kind(*arguments, **options))

    return create


def _decoding(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of the decoder that `json.loads` always calls, however it was imported."""

    def make(original: Any) -> Any:
        @wraps(original)
        def decode(self: Any, s: Any, *arguments: Any, **options: Any) -> Any:
            if is_parsed_by_recorder():  # it looks up a request, whose body may equal a response's
                with internal():
                    return original(self, s, *arguments, **options)
            return observer.parsed(s, original(self, s, *arguments, **options))

        return decode

    return make


def _decoding_beginning(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of a method that may parse only the beginning of its text."""

    def make(original: Any) -> Any:
        @wraps(original)
        def raw_decode(self: Any, s: Any, *arguments: Any, **options: Any) -> Any:
            value, end = original(self, s, *arguments, **options)
            is_complete = not (arguments or options or s[end:].strip())
            return (observer.parsed(s, value) if is_complete else value), end

        return raw_decode

    return make


def _loading(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def loads(text: Any, *arguments: Any, **options: Any) -> Any:
            return observer.parsed(text, original(text, *arguments, **options))

        return loads

    return make


def _loading_file(loads: Any, original: Any) -> Any:
    """Return a patch that parses a file's text with the observed `loads`."""

    @wraps(original)
    def load(file: Any, *arguments: Any, **options: Any) -> Any:
        is_plain = not arguments and hasattr(file, "read")
        return loads(file.read(), **options) if is_plain else original(file, *arguments, **options)

    return load


def _decoding_as_model(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def decode(buf: Any, **options: Any) -> Any:
            if is_parsed_by_recorder():
                return original(buf, **options)
            return observed_value(observer, buf, original(buf, **options), options.get("type", Any))

        return decode

    return make
