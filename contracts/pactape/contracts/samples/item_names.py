"""Finds what the items of a collection are called, in the responses of the collection."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pactape.contracts.samples.item_keys import HANDLE_KEYS, ID_KEYS, singular
from pactape.contracts.samples.value_forms import segment_kind
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.samples.sample import Sample

__all__ = ["item_names", "smallest_names"]

#: The most names that are kept of a collection.
_MOST_NAMES = 100
_MOST_ITEMS = 1000
_FIRST_REDIRECT = 300
_READS = frozenset({"GET", "HEAD"})
_WRITES = frozenset({"POST", "PUT", "PATCH"})
#: How deep in a response its list may be: {"data": {"items": […]}}.
_DEEPEST_LIST = 2
#: What items are called; where they have an id, a word may also be the name of an operation ("/views/active").
_NAMES = frozenset({"name", "label", "host", "hostname", "domain", "fqdn"})
#: What an item belongs to, whose name may precede its own in a path: "/buckets/eu-west/photos".
_SCOPES = frozenset(
    {"type", "region", "zone", "location", "namespace", "owner", "project", "group", "cluster"}
)
_ADDRESSES = frozenset({"url", "uri", "href", "self", "@id", "id", "self_link", "selflink"})
#: Keys of lists of names, besides that of the collection.
_LISTS_OF_NAMES = frozenset({"data", "items", "results", "values", "keys", "names"})
#: The keys of a link to something else that can be done: {"rel": "export", "href": "/orders/export"}.
_LINK = {"rel", "href"}
_SEGMENT = re.compile(r"[\w.@:+~-]{1,64}|\{[a-z]+\}")


def item_names(sample: Sample) -> set[str]:
    """Return the names and ids, in lower case, of items that a response shows to be in the requested collection.

    A read lists items, and a POST creates one; of a PUT or PATCH, these are the names of the item itself. Ids that
    are recognized by their form are left out. A name with a slash consists of two segments.
    """
    request, response, received = sample.exchange.request, sample.exchange.response, sample.received
    if response.status >= _FIRST_REDIRECT:
        return set()
    collection = unquote(url_parts(request.url).path.rstrip("/"))
    if request.method in _READS:
        found = _listed(received, collection, "", 0)
    elif request.method in _WRITES:
        found = _created(received, collection)
    else:
        return set()
    names = (name.lower() for name in islice(found, _MOST_ITEMS))
    return smallest_names({name for name in names if _is_name(name)})


def smallest_names(names: set[str]) -> set[str]:
    """Return the names that are kept; the same of any subsets joined in any order."""
    return names if len(names) <= _MOST_NAMES else set(sorted(names)[:_MOST_NAMES])


def _is_name(text: str) -> bool:
    parts = text.split("/")
    return (
        len(parts) <= len(("scope", "name"))
        and all(map(_SEGMENT.fullmatch, parts))
        and not all(map(segment_kind, parts))
    )


def _listed(value: Any, collection: str, key: str, depth: int) -> Iterator[str]:
    """Yield the names of the items in the lists of a response."""
    if isinstance(value, list):
        has_names = not key or key.lower() in _LISTS_OF_NAMES or key == collection.rpartition("/")[2]
        for item in value:
            if isinstance(item, dict) and not item.keys() >= _LINK:
                yield from _names_of(item, collection)
            elif isinstance(item, str) and has_names:
                yield item
    elif isinstance(value, dict) and depth < _DEEPEST_LIST:
        for name, child in value.items():
            yield from _listed(child, collection, name, depth + 1)


def _created(value: Any, collection: str) -> Iterator[str]:
    """Yield the names of the object in a response, which may be in an envelope: {"user": {…}}."""
    if isinstance(value, dict):
        yield from _names_of(value, collection)
        if len(value) == 1:
            yield from _created(next(iter(value.values())), collection)


def _names_of(item: dict[str, Any], collection: str) -> Iterator[str]:
    texts = {key.lower(): value for key, value in item.items() if isinstance(value, str)}
    has_id = any(key.lower() in ID_KEYS and "/" not in str(value) for key, value in item.items())
    prefix = f"{singular(collection.rpartition('/')[2])}_"
    names = []
    for key, value in texts.items():
        part = key.removeprefix(prefix)
        if (
            part in ID_KEYS
            or part in HANDLE_KEYS
            or (_is_name_of_an_item(part) and not (has_id and value.isalpha()))
        ):
            names.append(value)
    yield from names
    for scope in _SCOPES & texts.keys():
        yield from (f"{texts[scope]}/{_in_template(name)}" for name in names)
    for key in _ADDRESSES & texts.keys():
        below = unquote(texts[key].rstrip("/")).partition(f"{collection}/")[2] if collection else ""
        if "/" not in below:
            yield below


def _in_template(name: str) -> str:
    """Return a name as it is in a route template: a parameter if it has the form of a value."""
    kind = segment_kind(name)
    return f"{{{kind}}}" if kind else name


def _is_name_of_an_item(key: str) -> bool:
    """Return whether a key names the item: "name", and "rrset_name" where a prefix says of what."""
    return key in _NAMES or key.endswith(("_name", "setname"))
