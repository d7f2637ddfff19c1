"""A loopback server that the official verifier asks for the provider's messages.

A function that fails is answered with 422 and remembered: the verifier tries again for long after a 500.
"""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import ProviderMessageError
from pactape.verification.messages import check_message, message_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.matching import Message
    from pactape.verification.messages import Messages

__all__ = ["MessageServer", "running_message_server"]

_POLL_SECONDS = 0.02
_JSON = "application/json"


class MessageServer(ThreadingHTTPServer):
    """Has messages made on request.

    Attributes:
        failures: The errors of the functions that failed, in order.
    """

    daemon_threads = True

    def __init__(self, messages: Messages) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages = messages
        self.failures: list[ProviderMessageError] = []

    def make(self, description: str) -> Message | None:
        """The message of this description; None when its function failed, or there is none."""
        try:
            check_message(description, self.messages)
            return _made(description, self.messages)
        except ProviderMessageError as error:
            self.failures.append(error)
            return None


def _made(description: str, messages: Messages) -> Message:
    try:
        return message_of(messages[description]())
    except Exception as error:
        raise ProviderMessageError(
            f"the function of the message {description!r} failed: {type(error).__name__}: {error}",
            remedy="mend it; it gives a JSON value, bytes, or a pactape.matching.Message",
        ) from error


class _Handler(BaseHTTPRequestHandler):
    server: MessageServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = self.server.make(str(asked.get("description")))
        contents = b"" if message is None else message.contents
        self.send_response(422 if message is None else 200)
        if message is not None:
            self.send_header("Content-Type", str(message.metadata.get("contentType", _JSON)))
            self.send_header("Pact-Message-Metadata", _header(message))
        self.send_header("Content-Length", str(len(contents)))
        self.end_headers()
        self.wfile.write(contents)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the verifier's report is the log."""


def _header(message: Message) -> str:
    """The metadata as Pact sends them: JSON in base64."""
    return base64.b64encode(msgspec.json.encode(message.metadata)).decode()


@contextmanager
def running_message_server(messages: Messages) -> Iterator[MessageServer]:
    """A message server on a free loopback port, for as long as the context lasts."""
    with MessageServer(messages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
