"""Which groups are one after all: paths that differ in a slug only, and kinds of answers that don't differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.slugs import LIST, slugs_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.grouping.slugs import Endpoint
    from pactape.contracts.inference.shape import Shape
    from pactape.contracts.samples.sample import Sample

__all__ = ["final_keys", "join_by_final_key"]

_FIRST_REDIRECT = 300
_FEWEST_OF_A_KIND = 2


def final_keys(groups: Mapping[GroupKey, Evidence]) -> dict[GroupKey, GroupKey]:
    """The final key of every key, once all samples have been seen.

    Args:
        groups: All groups of one contract, by the key that each sample has by itself.
    """
    routes = _routes(groups)
    by_route = {
        key: msgspec.structs.replace(key, operation=routes.get(key.operation, key.operation))
        for key in groups
    }
    families: dict[GroupKey, dict[GroupKey, list[Evidence]]] = {}
    for key, routed in by_route.items():
        family = families.setdefault(_without_variant(routed), {})
        family.setdefault(routed, []).append(groups[key])
    apart = {family for family, members in families.items() if _are_variants(members)}
    return {
        key: routed if _without_variant(routed) in apart else _without_variant(routed)
        for key, routed in by_route.items()
    }


def join_by_final_key(groups: Mapping[GroupKey, Evidence]) -> dict[GroupKey, Evidence]:
    """The evidence of each final key; what is joined is used up."""
    final: dict[GroupKey, Evidence] = {}
    for key, to in final_keys(groups).items():
        if to in final:
            final[to].join(groups[key])
        else:
            final[to] = groups[key]
    return final


def _without_variant(key: GroupKey) -> GroupKey:
    return msgspec.structs.replace(key, variant="")


def _routes(groups: Mapping[GroupKey, Evidence]) -> dict[str, str]:
    """The operation with slugs as parameters, by the operation as it was named after its path."""
    open_ones = {key: evidence for key, evidence in groups.items() if not evidence.declared}
    templates = slugs_named(_endpoints(open_ones))
    routes = {}
    for operation in {key.operation for key in open_ones}:
        method, segments = _split(operation)
        template = templates.get(segments)
        if template is not None:
            routes[operation] = f"{method} /{'/'.join(template)}"
    return routes


def _endpoints(groups: Mapping[GroupKey, Evidence]) -> Iterator[Endpoint]:
    for key, evidence in groups.items():
        if key.status < _FIRST_REDIRECT and evidence.shape is not None:
            method, segments = _split(key.operation)
            yield method, segments, _keys(evidence.shape)


def _split(operation: str) -> tuple[str, tuple[str, ...]]:
    method, _, path = operation.partition(" ")
    return method, tuple(path.split("/")[1:])


def _keys(shape: Shape) -> frozenset[str]:
    """The keys of an object, or of a list's items."""
    is_list = False
    while not shape.keys and shape.items is not None:
        is_list, shape = True, shape.items
    return frozenset([*shape.keys, LIST] if is_list else shape.keys)


def _are_variants(members: Mapping[GroupKey, list[Evidence]]) -> bool:
    """Whether a discriminator splits answers: each kind seen twice, with keys that another never has.

    Kinds that answer the same request stay together: a provider can't be asked for both.
    """
    if len(members) < _FEWEST_OF_A_KIND or not all(key.variant for key in members):
        return False
    each_kind = [_kind(evidences) for evidences in members.values()]
    requests = {repr(kind.request) for kind in each_kind}
    return (
        len(requests) == len(each_kind)
        and min(kind.count for kind in each_kind) >= _FEWEST_OF_A_KIND
        and any(one.always - other.ever for one in each_kind for other in each_kind)
    )


class _Kind(msgspec.Struct, frozen=True):
    count: int
    always: frozenset[str]
    ever: frozenset[str]
    request: object


def _kind(evidences: list[Evidence]) -> _Kind:
    first = min(evidences, key=lambda each: each.place).first
    shapes = [each.shape for each in evidences if each.shape is not None]
    required = [set(each.required()) for each in shapes]
    return _Kind(
        count=sum(each.count for each in evidences),
        always=frozenset(set.intersection(*required)) if required else frozenset(),
        ever=frozenset(key for each in shapes for key in each.keys),
        request=_asked(first),
    )


def _asked(sample: Sample) -> object:
    exchange = sample.exchange
    states = exchange.provenance.states if exchange.provenance else ()
    return exchange.request.method, exchange.request.url, exchange.request.body, states
