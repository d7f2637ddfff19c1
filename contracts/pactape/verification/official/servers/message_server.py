"""A loopback server that gives the provider's messages to the official verifier."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import ProviderMessageError
from pactape.exchange import Response
from pactape.serving import LoopbackServer
from pactape.verification.message_factories import produce_message

if TYPE_CHECKING:
    from pactape.serving import ReceivedRequest
    from pactape.verification.message_factories import MessageFactories
    from pactape.verification.official.reasons import Reasons

__all__ = ["MessageServer"]

_JSON = "application/json"
#: After a 4xx, the verifier gives up at once; after a 500, it would retry for two minutes.
_FAILED = 422


class MessageServer(LoopbackServer):
    """Produces messages on request.

    Args:
        factories: The functions that produce messages, by description.
        reasons: Collects failures.
    """

    def __init__(self, factories: MessageFactories, reasons: Reasons) -> None:
        super().__init__()
        self._factories = factories
        self._reasons = reasons

    def reply(self, request: ReceivedRequest) -> Response:
        """Return the message of a description, with its metadata in a header, as in Pact's protocol."""
        description = str(json.loads(request.body).get("description"))
        try:
            message = produce_message(description, self._factories)
        except ProviderMessageError as error:
            self._reasons.add_message(description, str(error))
            return Response(status=_FAILED)
        headers = (
            ("Content-Type", str(message.metadata.get("contentType", _JSON))),
            ("Pact-Message-Metadata", base64.b64encode(msgspec.json.encode(message.metadata)).decode()),
        )
        return Response(status=200, headers=headers, body=message.contents)
