"""Actions: what tells operations apart that share one address, as in JSON-RPC, SOAP and `?action=`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from pactape.http_bodies import form_fields, header, text_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.samples.sample import Sample

__all__ = ["action_of"]

#: Headers that name the operation: SOAP 1.1, section 6.1.1; the JSON protocols of AWS.
_HEADERS = ("SOAPAction", "X-Amz-Target")
#: Parameters of a query or a form, and members of a JSON body, that name it.
_PARAMETERS = frozenset(
    {"action", "cmd", "command", "function", "method", "op", "operation", "rpc", "wsfunction"}
)
_NAME = re.compile(r"[A-Za-z_][\w.:/#-]{0,60}")
_MOST_CALLS = 5
_XML = re.compile(r"(application|text)/([\w.+-]*\+)?xml")
_SOAP_BODY = re.compile(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(?P<name>[\w.-]+)", re.ASCII)
_XML_RPC = re.compile(r"<methodName>\s*(?P<name>[\w.:/-]+)\s*</methodName>", re.ASCII)
_SOAP_12 = re.compile(r"""action="?([^";]+)"?""")


def action_of(sample: Sample) -> str:
    """Return the name of the operation among those of one address, "method=getUser"; empty when nothing names it.

    Args:
        sample: A request without a GraphQL document.
    """
    request = sample.exchange.request
    for name in _HEADERS:
        value = (header(request.headers, name) or "").strip('" ')
        if value:
            return f"{name}={_last_part(value)}"
    if method := _rpc_method(sample.sent):
        return f"method={method}"
    if isinstance(sample.sent, dict):
        body = [(str(name), value) for name, value in sample.sent.items() if isinstance(value, str)]
    else:
        body = [(name, values[0]) for name, values in form_fields(request).items() if values]
    query = parse_qsl(urlsplit(request.url).query)
    return _named(query) or _named(body if _is_action_call(sample.sent) else []) or _xml_operation(sample)


def _named(parameters: Iterable[tuple[str, str]]) -> str:
    return next(
        (
            f"{name}={value}"
            for name, value in parameters
            if name.lower() in _PARAMETERS and _NAME.fullmatch(value)
        ),
        "",
    )


def _rpc_method(value: Any) -> str:
    """The method of a JSON-RPC call, or those of a batch in their order."""
    if isinstance(value, list):
        methods = list(dict.fromkeys(map(_rpc_method, value)))
        return "+".join(methods[:_MOST_CALLS]) if methods and all(methods) else ""
    if not isinstance(value, dict) or not isinstance(value.get("method"), str):
        return ""
    is_call = "jsonrpc" in value or "params" in value or {"id", "method"} == value.keys()
    return str(value["method"]) if is_call else ""


def _is_action_call(value: Any) -> bool:
    """Whether a body may name an operation: any form, and a JSON object whose action is a name among parameters."""
    return not isinstance(value, dict) or any(str(name).lower() in _PARAMETERS for name in value)


def _xml_operation(sample: Sample) -> str:
    request = sample.exchange.request
    declared = header(request.headers, "content-type") or ""
    if not request.body or not _XML.match(declared):
        return ""
    if (action := _SOAP_12.search(declared)) is not None:
        return f"action={_last_part(action[1])}"
    text = text_body(request)
    match = _XML_RPC.search(text) or _SOAP_BODY.search(text)
    return f"operation={match['name']}" if match else ""


def _last_part(value: str) -> str:
    """The name at the end of a URI: "urn:users#GetUser" is GetUser."""
    return re.split(r"[/#]", value.rstrip("/"))[-1] or value
