"""Outcomes: failures of calls that a response states in its body, as in GraphQL, JSON-RPC, XML-RPC and SOAP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pactape.contracts.samples.graphql_documents import documents_of_batch, has_errors
from pactape.http_bodies import media_type

if TYPE_CHECKING:
    from pactape.contracts.samples.sample import Sample

__all__ = ["outcome_of"]

_XML = re.compile(r"(application|text)/([\w.+-]*\+)?xml")
#: SOAP 1.1, section 4.4; SOAP 1.2, part 1, section 5.4; XML-RPC.
_FAULT = re.compile(rb"<(?:[\w-]+:)?(?:Fault|fault)[\s>]")


def outcome_of(sample: Sample) -> str:
    """Return how a call failed: "errors", "an error" or "a fault"; empty if it succeeded, or if its status says it.

    Args:
        sample: Any sample.
    """
    exchange = sample.exchange
    if sample.document is not None:
        return "errors" if has_errors(exchange) else ""
    if isinstance(sample.received, dict):
        return "an error" if _is_rpc_call(sample.sent) and _is_rpc_error(sample.received) else ""
    if isinstance(sample.received, list) and isinstance(sample.sent, list):
        is_batch = bool(documents_of_batch(sample.sent))
        return "errors" if is_batch and any(_has_errors(item) for item in sample.received) else ""
    is_xml = (
        sample.received is None and exchange.request.body and _XML.match(media_type(exchange.response) or "")
    )
    return "a fault" if is_xml and _FAULT.search(exchange.response.body) else ""


def _is_rpc_call(sent: Any) -> bool:
    return isinstance(sent, dict) and isinstance(sent.get("method"), str)


def _is_rpc_error(received: dict[str, Any]) -> bool:
    """Return whether a response is an error of JSON-RPC, whose versions allow a result of null beside it."""
    return bool(received.get("error")) and received.get("result") is None and "id" in received


def _has_errors(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("errors"))
