"""Collects the content of an OpenAPI document from samples: operations, parameters, bodies and responses."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence.operations import own_key
from pactape.contracts.grouping.evidence.sample_evidence import Evidence
from pactape.contracts.grouping.final_keys import final_keys
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.inference.joined_shape import Shape, response_id
from pactape.contracts.participants import path_below
from pactape.contracts.samples.exclusions import undescribable_reason
from pactape.contracts.samples.path_segments import route_template, segment_kinds
from pactape.contracts.samples.reader import SampleReader
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.errors import CassetteFormatError
from pactape.http_bodies import form_fields, header, is_form, is_json, media_type, multipart_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.samples.exclusions import Exclusion
    from pactape.contracts.samples.reader import ProviderSample
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Request, Response
    from pactape.settings import ProviderSettings, Settings

__all__ = ["MediaTypes", "RecordedApi", "RecordedOperation", "collect"]

_PARAMETER = re.compile(r"\{([^{}]+)\}")
_MOST_TEXTS = 50
#: Response headers that tell a client what to do next, and therefore belong in a description.
_DOCUMENTED_HEADERS = ("etag", "last-modified", "link", "location", "retry-after", "www-authenticate")


class MediaTypes:
    """Bodies of one direction by media type: the shape of JSON and forms; of others only that they occurred."""

    def __init__(self) -> None:
        self.shapes: dict[str, Shape | None] = {}
        self.count = 0
        self.with_body = 0

    def add(self, message: Request | Response, value: Any) -> None:
        """Add the body of a message; `value` is its JSON value."""
        self.count += 1
        media = media_type(message)
        if media is None and not message.body:
            return
        self.with_body += 1
        fields = _fields(message, media)
        if media is not None and is_json(media):
            self._observe(media, value)
        elif fields is not None and media is not None:
            self._observe(media, fields)
        else:
            self.shapes.setdefault(media or "application/octet-stream", None)

    def _observe(self, media: str, value: Any) -> None:
        shape = self.shapes.setdefault(media, Shape()) or Shape()
        self.shapes[media] = shape
        shape.observe(value, response_id(value))


def _fields(message: Request | Response, media: str | None) -> dict[str, Any] | None:
    """The fields of a form as an object; None for any other body."""
    if is_form(media):
        values_by_name = form_fields(message)
        return {name: values[0] if len(values) == 1 else values for name, values in values_by_name.items()}
    if media == "multipart/form-data":
        try:
            parts = multipart_parts(message.body, header(message.headers, "content-type") or "")
        except ValueError:
            return None
        return {part.name: "" for part in parts if part.name}
    return None


class RecordedOperation:
    """What was recorded of the requests and responses of one operation.

    Args:
        method: In lower case.
        template: The path with parameters: "/users/{id}".

    Attributes:
        count: How many requests there were.
        names: The names that clients gave the operation.
        path: The values of each path parameter.
        query: The values of each query parameter.
        with_query: How many requests had each query parameter.
        repeated: The query parameters that occurred several times in one request.
        requests: The bodies of requests.
        responses: The bodies of responses by status.
        headers: How many responses of each status had each header.
        schemes: The authentication schemes of requests: "bearer", "basic".
    """

    def __init__(self, method: str, template: str) -> None:
        self.method = method
        self.template = template
        self.count = 0
        self.names: set[str] = set()
        self.path: dict[str, set[str]] = {}
        self.query: dict[str, set[str]] = {}
        self.with_query: Counter[str] = Counter()
        self.repeated: set[str] = set()
        self.requests = MediaTypes()
        self.responses: dict[int, MediaTypes] = {}
        self.headers: dict[int, Counter[str]] = {}
        self.schemes: set[str] = set()

    def add(self, sample: Sample, path: str) -> None:
        """Add a sample whose path below the provider's URL is `path`."""
        request, response = sample.exchange.request, sample.exchange.response
        self.count += 1
        self._add_path(path)
        self._add_query(urlsplit(request.url).query)
        self.requests.add(request, sample.sent)
        self.responses.setdefault(response.status, MediaTypes()).add(response, sample.received)
        header_names = {name.lower() for name, _ in response.headers} & set(_DOCUMENTED_HEADERS)
        self.headers.setdefault(response.status, Counter()).update(sorted(header_names))
        scheme = (header(request.headers, "authorization") or "").partition(" ")[0].lower()
        if scheme in {"bearer", "basic", "digest"}:
            self.schemes.add(scheme)

    def _add_path(self, path: str) -> None:
        values = re.fullmatch(_pattern(self.template), path)
        names = _PARAMETER.findall(self.template)
        for name, value in zip(names, values.groups() if values else (), strict=False):
            _note(self.path.setdefault(name, set()), unquote(value))

    def _add_query(self, query: str) -> None:
        pairs = parse_qsl(query, keep_blank_values=True)
        counts = Counter(name for name, _ in pairs)
        for name, value in pairs:
            _note(self.query.setdefault(name, set()), value)
        self.with_query.update(counts.keys())
        self.repeated |= {name for name, count in counts.items() if count > 1}


class RecordedApi:
    """The operations of one provider.

    Args:
        provider: The provider's settings.
        servers: The URLs at which it was recorded; its configured one by default.
    """

    def __init__(self, provider: ProviderSettings, servers: list[str] | None = None) -> None:
        self.provider = provider
        self.servers = servers or [provider.url]
        self.operations: dict[tuple[str, str], RecordedOperation] = {}

    def operation(self, method: str, template: str) -> RecordedOperation:
        """Return the operation of a method and a template, creating it if necessary."""
        key = template, method.lower()
        if key not in self.operations:
            self.operations[key] = RecordedOperation(method.lower(), template)
        return self.operations[key]


def collect(
    settings: Settings,
    *,
    paths: list[Path] | None = None,
    on_unreadable: Callable[[CassetteFormatError], None] | None = None,
) -> tuple[list[RecordedApi], list[Exclusion]]:
    """Return the recorded APIs by provider, and the recordings that were skipped.

    Args:
        settings: The project's settings.
        paths: Recordings of any format; the project's by default.
        on_unreadable: Called for each file that can't be read; an error is raised only if none can. None for
            no call.

    Raises:
        CassetteFormatError: There is no recording, or none can be read.
        SettingsError: A provider's OpenAPI document, which names its routes, can't be used.
    """
    cache = ScrubbedCache(settings.cache_folder, ScrubRules.from_settings(settings.scrub))
    reader = SampleReader(settings, cache, reason=undescribable_reason)
    collectors: dict[str, _Collector] = {}
    exclusions: list[Exclusion] = []
    errors: list[CassetteFormatError] = []
    files = paths or find_cassettes(settings)
    for path in files:
        try:
            cassette = reader.read(path)
        except CassetteFormatError as unreadable:
            errors.append(unreadable)
            continue
        exclusions += cassette.exclusions
        for sample in cassette.samples:
            key = sample.provider.url
            collectors.setdefault(key, _Collector(sample.provider)).add(sample)
            if not settings.providers:
                collectors[key].note_scheme(sample.sample)
    if errors and len(errors) == len(files):
        raise errors[0]
    if on_unreadable is not None:
        for error in errors:
            on_unreadable(error)
    routes = RouteKnowledge(settings)
    return [collectors[key].api(routes) for key in sorted(collectors)], exclusions


class _Collector:
    """Collects samples under a preliminary operation each; the final routes are known only at the end."""

    def __init__(self, provider: ProviderSettings) -> None:
        self._provider = provider
        self._groups: dict[GroupKey, Evidence] = {}
        self._samples: dict[GroupKey, list[tuple[Sample, str]]] = {}
        self._schemes: set[str] = set()

    def note_scheme(self, sample: Sample) -> None:
        """Note how a sample was requested; one host may have been by HTTP and by HTTPS."""
        self._schemes.add(urlsplit(sample.exchange.request.url).scheme.lower())

    def add(self, provider_sample: ProviderSample) -> None:
        sample = provider_sample.sample
        key = own_key(sample, provider_sample.provider)
        if key in self._groups:
            self._groups[key].add(sample)
        else:
            self._groups[key] = Evidence.of(sample)
        self._samples.setdefault(key, []).append(
            (sample, path_below(sample.exchange, provider_sample.provider))
        )

    def api(self, routes: RouteKnowledge) -> RecordedApi:
        final = final_keys(self._groups, routes.of(self._provider))
        address = self._provider.url.partition("://")[2]
        servers = [f"{scheme}://{address}" for scheme in ("https", "http") if scheme in self._schemes]
        api = RecordedApi(self._provider, servers)
        for key in sorted(self._samples):
            for sample, path in self._samples[key]:
                template = _template(final[key].operation, sample, path)
                operation = api.operation(sample.exchange.request.method, template)
                if sample.exchange.call is not None:
                    operation.names.add(sample.exchange.call.operation)
                operation.add(sample, path)
        return api


def _template(operation: str, sample: Sample, path: str) -> str:
    """The route of a sample: the client's, its group's, or its path with values replaced by parameters."""
    call = sample.exchange.call
    if call is not None and call.path is not None:
        return call.path
    match = re.match(r"[A-Z]+ (/\S*)", operation)
    if match is not None and re.fullmatch(_pattern(match.group(1)), path):
        return match.group(1)
    segments = [unquote(part) for part in path.split("/")[1:]]
    return route_template(segment_kinds(segments), segments)


def _pattern(template: str) -> str:
    parts = _PARAMETER.split(template)
    return "".join(re.escape(part) if index % 2 == 0 else "([^/]*)" for index, part in enumerate(parts))


def _note(texts: set[str], text: str) -> None:
    if len(texts) < _MOST_TEXTS:
        texts.add(text)
