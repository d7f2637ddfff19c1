"""Actions: the names of operations that share one URL, as in JSON-RPC, SOAP and `?action=`."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pactape.contracts.samples.graphql_documents import documents_of_batch, operation_label
from pactape.contracts.samples.value_forms import segment_kind
from pactape.http_bodies import (
    any_json_body,
    content_type,
    decoded_body,
    form_fields,
    header,
    multipart_parts,
    text_body,
)
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Headers, Request

__all__ = ["action_of"]

#: Headers that name the operation: SOAP 1.1, section 6.1.1; the JSON protocols of AWS; method overrides.
_HEADERS = ("SOAPAction", "X-Amz-Target", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_LOWER_HEADERS = frozenset(map(str.lower, _HEADERS))
#: Patterns of other such headers: "X-Order-Action", "X-Apollo-Operation-Name", "X-GitHub-Event", "Ce-Type".
_ACTION_HEADER = re.compile(
    r"(^|-)(action|operation|operation-name|command|rpc-method|function|event|event-type|topic)$|^ce-type$"
)
#: Query parameters, form fields and members of a JSON body that name the operation.
_PARAMETERS = frozenset(
    {
        "_method",
        "action",
        "cmd",
        "command",
        "function",
        "method",
        "op",
        "operation",
        "operationname",
        "rpc",
        "wsfunction",
    }
)
#: Query parameters and form fields that name it; members of JSON bodies with these names don't.
_SHORT_PARAMETERS = frozenset({"act", "do"})
#: Values of `method` that name a method of HTTP or a format, not an operation.
_NOT_OPERATIONS = frozenset(
    {"get", "head", "post", "put", "patch", "delete", "options", "json", "xml", "jsonp"}
)
#: Names of the id of a persisted GraphQL document: Apollo, the draft of GraphQL over HTTP, Relay.
_DOCUMENT_IDS = ("documentId", "doc_id", "queryId")
#: The members of a request with a persisted document whose id has no name of its own.
_PERSISTED = frozenset({"id", "variables", "operationName", "extensions"})
_LONGEST_ID = 12
_NAME = re.compile(r"[A-Za-z_][\w.:/#-]{0,60}")
_MOST_CALLS = 5
_XML = re.compile(r"(application|text)/([\w.+-]*\+)?xml")
_SOAP_BODY = re.compile(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(?P<name>[\w.-]+)", re.ASCII)
_XML_RPC = re.compile(r"<methodName>\s*(?P<name>[\w.:/-]+)\s*</methodName>", re.ASCII)
_SOAP_12 = re.compile(r"""action="?([^";]+)"?""")


def action_of(sample: Sample) -> str:
    """Return the name of the operation among those of one URL, "method=getUser"; empty if it has no name.

    Args:
        sample: A request without a GraphQL document.
    """
    request = sample.exchange.request
    if action := _action_header(request.headers):
        is_soap = action.lower().startswith("soapaction=") and request.body
        return _with_operation(action, _operation_in_xml(text_body(request))) if is_soap else action
    if not request.body:
        return _action_in_query(url_parts(request.url).query) if "?" in request.url else ""
    sent = any_json_body(request)
    if method := _rpc_method(sent):
        return f"method={method}"
    if batch := documents_of_batch(sent if isinstance(sent, list) else None):
        return f"operations={'+'.join(map(operation_label, batch[:_MOST_CALLS]))}"
    if isinstance(sent, dict):
        body = [(str(name), value) for name, value in sent.items() if isinstance(value, str)]
        body_names = _PARAMETERS
    else:
        body = [(name, values[0]) for name, values in form_fields(request).items() if values]
        body_names = _PARAMETERS | _SHORT_PARAMETERS
    query = parse_qsl(url_parts(request.url).query)
    is_call = _is_action_call(sent) and not _is_stored(body, sample.received)
    return (
        _first_named(query, _query_names(query))
        or _first_named(body if is_call else [], body_names)
        or _persisted_document(sent, query)
        or _xml_operation(sample)
        or _upload_operation(request)
    )


@lru_cache(maxsize=1024)
def _action_in_query(text: str) -> str:
    """Return the operation that a request without a body names in its query."""
    query = parse_qsl(text)
    return _first_named(query, _query_names(query)) or _persisted_document(None, query)


@lru_cache(maxsize=256)  # a client sends the same headers again and again
def _action_header(headers: Headers) -> str:
    """Return the header that names an operation, unless its value is a random id."""
    sent_names = {name.lower() for name, _ in headers}
    for name in _HEADERS if not _LOWER_HEADERS.isdisjoint(sent_names) else ():
        value = (header(headers, name) or "").strip('" ')
        if value:
            return f"{name}={_last_part(value)}"
    return next(
        (
            f"{name}={value.strip()}"
            for name, value in headers
            if _ACTION_HEADER.search(name.lower())
            and _NAME.fullmatch(value.strip())
            and segment_kind(value.strip()) is None
        ),
        "",
    )


def _query_names(query: list[tuple[str, str]]) -> frozenset[str]:
    """Return the query parameters that may name an operation; `request` counts only beside `service` (OGC)."""
    names = {name.lower() for name, _ in query}
    ogc = {"request"} if "service" in names else set()
    return _PARAMETERS | _SHORT_PARAMETERS | ogc


def _first_named(parameters: Iterable[tuple[str, str]], names: frozenset[str]) -> str:
    return next(
        (
            f"{name}={value}"
            for name, value in parameters
            if name.lower() in names
            and _NAME.fullmatch(value)
            and not (name.lower() == "method" and value.lower() in _NOT_OPERATIONS)
        ),
        "",
    )


def _persisted_document(sent: Any, query: list[tuple[str, str]]) -> str:
    """Return the id of a persisted GraphQL document."""
    parts: dict[str, Any] = sent if isinstance(sent, dict) else dict(query)
    extensions = parts.get("extensions")
    if isinstance(extensions, str):
        with suppress(ValueError):
            extensions = json.loads(extensions)
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if isinstance(persisted, dict) and "sha256Hash" in persisted:
        return f"document={str(persisted['sha256Hash'])[:_LONGEST_ID]}"
    has_only_id = parts.keys() <= _PERSISTED and isinstance(parts.get("id"), str)
    names = (*_DOCUMENT_IDS, "id") if has_only_id else _DOCUMENT_IDS
    ids = (parts.get(name) for name in names if "variables" in parts)
    return next((f"document={str(identifier)[-_LONGEST_ID:]}" for identifier in ids if identifier), "")


def _upload_operation(request: Request) -> str:
    """Return the GraphQL operation of a request with files, whose part "operations" has the document."""
    sent_type = content_type(request.headers)
    if not sent_type.lower().startswith("multipart/form-data"):
        return ""
    with suppress(ValueError):
        parts = multipart_parts(decoded_body(request), sent_type)
        texts = [part.data for part in parts if part.name == "operations"]
        sent: Any = json.loads(texts[0]) if texts else None
        if documents := documents_of_batch([sent]):
            return f"operation={sent.get('operationName') or operation_label(documents[0])}"
    return ""


def _rpc_method(value: Any) -> str:
    """Return the method of a JSON-RPC call, or the methods of a batch in order."""
    if isinstance(value, list):
        methods = list(dict.fromkeys(map(_rpc_method, value)))
        return "+".join(methods[:_MOST_CALLS]) if methods and all(methods) else ""
    if not isinstance(value, dict) or not isinstance(value.get("method"), str):
        return ""
    is_call = "jsonrpc" in value or "params" in value or {"id", "method"} == value.keys()
    return str(value["method"]) if is_call else ""


def _is_action_call(value: Any) -> bool:
    """Return whether a body may name an operation: a form, or a JSON object with an action and parameters."""
    return not isinstance(value, dict) or any(str(name).lower() in _PARAMETERS for name in value)


def _is_stored(body: list[tuple[str, str]], received: Any) -> bool:
    """Return whether the response has what was sent: a resource with a field "action", not a call of one."""
    if not isinstance(received, dict):
        return False
    stored = [name for name, value in body if str(received.get(name)) == value]
    return (
        len(stored) > 1
        and len(stored) * 2 >= len(body)
        and not _PARAMETERS.isdisjoint(map(str.lower, stored))
    )


def _with_operation(action: str, operation: str) -> str:
    """Return the operation in a SOAP body, after the action unless that repeats it, or is only a version."""
    name = action.partition("=")[2]
    if not operation or not _NAME.fullmatch(name):
        return f"operation={operation}" if operation else action
    is_repeated = name.lower() in operation.lower() or operation.lower() in name.lower()
    return action if is_repeated else f"{action}, operation={operation}"


def _xml_operation(sample: Sample) -> str:
    request = sample.exchange.request
    content_type = header(request.headers, "content-type") or ""
    if not request.body or not _XML.match(content_type):
        return ""
    operation = _operation_in_xml(text_body(request))
    if (action := _SOAP_12.search(content_type)) is not None:
        return _with_operation(f"action={_last_part(action[1])}", operation)
    return f"operation={operation}" if operation else ""


def _operation_in_xml(text: str) -> str:
    """Return the name of the operation that an XML-RPC call or a SOAP body has; empty without one."""
    match = _XML_RPC.search(text) or _SOAP_BODY.search(text)
    return match["name"] if match else ""


def _last_part(value: str) -> str:
    """Return the name at the end of a URI: GetUser for "urn:users#GetUser"."""
    return re.split(r"[/#]", value.rstrip("/"))[-1] or value
