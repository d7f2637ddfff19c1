"""Final keys: which groups are joined, because their paths differ only in data, or their responses are alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.endpoints import Endpoint
from pactape.contracts.grouping.routes import route_templates_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence
    from pactape.contracts.inference.joined_shape import Shape
    from pactape.contracts.samples.sample import Sample

__all__ = ["KnownRoutes", "final_keys", "is_list_of_items", "join_by_final_key"]

_FIRST_REDIRECT = 300
_FIRST_FAILURE = 400
_MISSING = frozenset({404, 410})
_REFUSED = frozenset({401, 402, 403, 405, 406, 407, 408, 415, 429})
_FIRST_SERVER_ERROR = 500
_DEEPEST_FIELD = 3
_PARAMETER = re.compile(r"\{([a-z]+)\d*\}")
#: Keys of a page of a list, apart from its items.
_PAGING = frozenset(
    """
    count next previous prev total page pages per_page perpage page_size pagesize limit offset skip has_more hasmore
    cursor next_cursor nextcursor previous_cursor next_page nextpage next_page_token nextpagetoken pagination paging
    total_count totalcount total_pages total_results totalresults meta links _links page_info pageinfo start
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
_FEWEST_OF_A_KIND = 2


class KnownRoutes(msgspec.Struct, frozen=True):
    """A provider's routes from sources other than the recordings.

    Args:
        templates: The route templates of the provider's description.
        literals: The path segments that are literals in the client's code.
    """

    templates: frozenset[str] = frozenset()
    literals: frozenset[str] = frozenset()


NOTHING_KNOWN = KnownRoutes()


def final_keys(
    groups: Mapping[GroupKey, Evidence], known_routes: KnownRoutes = NOTHING_KNOWN
) -> dict[GroupKey, GroupKey]:
    """Return the final key of every key, from all samples.

    Args:
        groups: All groups of one contract, by the key that each sample alone gives.
        known_routes: The provider's routes from sources other than the recordings.
    """
    routes = _routes(groups, known_routes)
    by_route = {
        key: msgspec.structs.replace(key, operation=routes.get(key.operation, key.operation))
        for key in groups
    }
    families: dict[GroupKey, dict[GroupKey, list[Evidence]]] = {}
    for key, routed in by_route.items():
        family = families.setdefault(_family(routed), {})
        member = msgspec.structs.replace(routed, traffic=False)
        family.setdefault(member, []).append(groups[key])
    apart = {family for family, members in families.items() if _are_variants(members)}
    return {
        key: routed if _family(routed) in apart else _without_variant(routed)
        for key, routed in by_route.items()
    }


def join_by_final_key(
    groups: Mapping[GroupKey, Evidence], final_of: Mapping[GroupKey, GroupKey]
) -> dict[GroupKey, Evidence]:
    """Join the evidence of each final key; the evidence passed in must not be used afterwards.

    Args:
        groups: The evidence by the key that each sample alone gives.
        final_of: The final key of each key.
    """
    final: dict[GroupKey, Evidence] = {}
    for key, evidence in groups.items():
        to = final_of[key]
        if to in final:
            final[to].join(evidence)
        else:
            final[to] = evidence
    return final


def _family(key: GroupKey) -> GroupKey:
    """Return what groups that a discriminator may split have in common, of tests and traffic alike."""
    return msgspec.structs.replace(key, variant="", traffic=False)


def _without_variant(key: GroupKey) -> GroupKey:
    return msgspec.structs.replace(key, variant="")


def _routes(groups: Mapping[GroupKey, Evidence], known_routes: KnownRoutes) -> dict[str, str]:
    """Return the operation with parameters for data, by the operation named after the recorded path."""
    inferred = {
        key: evidence
        for key, evidence in groups.items()
        if not evidence.declared and _path(key.operation) not in known_routes.templates
    }
    templates = route_templates_of(_endpoints(inferred), literals=known_routes.literals)
    routes = {}
    for operation in {key.operation for key in inferred}:
        method, segments, rest = _split(operation)
        template = templates.get(segments)
        if template is not None:
            routes[operation] = f"{method} /{'/'.join(_number_parameters(template))}{rest}"
    return routes


def _endpoints(groups: Mapping[GroupKey, Evidence]) -> Iterator[Endpoint]:
    for key, evidence in groups.items():
        method, segments, _ = _split(key.operation)
        fields, is_list = (frozenset[str](), False)
        if key.status < _FIRST_REDIRECT and evidence.shape is not None:
            fields, is_list = _fields(evidence.shape), is_list_of_items(evidence.shape)
        yield Endpoint(
            method=method,
            segments=segments,
            succeeds=key.status < _FIRST_FAILURE,
            is_missing=key.status in _MISSING,
            is_refused=key.status in _REFUSED or key.status >= _FIRST_SERVER_ERROR,
            fields=fields,
            is_list=is_list,
            named=frozenset(evidence.named),
            known_ids=frozenset(evidence.known_ids),
            items=frozenset(evidence.items),
            parameters=frozenset(key.parameters),
        )


def _split(operation: str) -> tuple[str, tuple[str, ...], str]:
    """Return the method, the path segments, and the action in parentheses: " (action=show)".

    Parameters have no numbers: which number one has in a path says nothing about what it is.
    """
    method, _, rest = operation.partition(" ")
    path, mark, kind = rest.partition(" (")
    return method, tuple(_PARAMETER.sub(r"{\1}", path).split("/")[1:]), f"{mark}{kind}"


def _path(operation: str) -> str:
    return operation.partition(" ")[2].partition(" (")[0]


def _number_parameters(template: tuple[str, ...]) -> list[str]:
    """Return the template with a number added to each repeated parameter name."""
    counts: dict[str, int] = {}
    segments = []
    for name in template:
        if not _PARAMETER.search(name):
            segments.append(name)
            continue
        counts[name] = counts.get(name, 0) + 1
        segments.append(name if counts[name] == 1 else name.replace("}", f"{counts[name]}}}", 1))
    return segments


def _fields(shape: Shape, path: str = "", depth: int = 0) -> frozenset[str]:
    """Return the field paths of an object, or of a list's items, a few levels deep."""
    if depth > _DEEPEST_FIELD:
        return frozenset()
    if shape.items is not None and not shape.keys:
        return _fields(shape.items, f"{path}[]", depth + 1)
    paths = set()
    for key, child in shape.keys.items():
        child_path = f"{path}.{key}" if path else key
        paths |= {child_path, *_fields(child, child_path, depth + 1)}
    return frozenset(paths)


def is_list_of_items(shape: Shape) -> bool:
    """Return whether a response is an array, or a page: an object with an array and paging keys.

    A page may be in an envelope: {"users": {"items": […], "next": null}}.
    """
    if shape.items is not None or "array" in shape.kinds:
        return True
    if len(shape.keys) == 1 and "object" in (child := next(iter(shape.keys.values()))).kinds:
        return is_list_of_items(child)
    arrays = [key for key, child in shape.keys.items() if "array" in child.kinds]
    others = {key.lower() for key in shape.keys} - {key.lower() for key in arrays}
    return bool(arrays) and (not others or not others.isdisjoint(_PAGING))


def _are_variants(members: Mapping[GroupKey, list[Evidence]]) -> bool:
    """Return whether a discriminator splits responses: each kind occurs twice, with keys another never has.

    Kinds that the same request received stay together, because a request can't choose one of them.
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
    first = min(evidences, key=lambda evidence: evidence.position).first
    shapes = [evidence.shape for evidence in evidences if evidence.shape is not None]
    required = [set(shape.required()) for shape in shapes]
    return _Kind(
        count=sum(evidence.count for evidence in evidences),
        always=frozenset(set.intersection(*required)) if required else frozenset(),
        ever=frozenset(key for shape in shapes for key in shape.keys),
        request=_request_identity(first),
    )


def _request_identity(sample: Sample) -> object:
    exchange = sample.exchange
    states = exchange.provenance.states if exchange.provenance else ()
    return exchange.request.method, exchange.request.url, exchange.request.body, states
