"""Checking derived contracts with Pact's official verifier, on a server that replays the recordings."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.exchange import Response
from pactape.http_bodies import decoded_body, header, without_coding_headers
from pactape.imports import require_extra
from pactape.matching import Message
from pactape.pactfile.writing import encode_document
from pactape.serving import LoopbackServer, running
from pactape.verification import verify_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pactape.contracts.proof.referee import RefereedRecording
    from pactape.serving import ReceivedRequest

__all__ = ["OfficialReferee"]


class OfficialReferee:
    """Uses the official verifier to match recordings against their interactions.

    Each recording is requested by a separate path, so that equal requests aren't confused, and without states.

    Attributes:
        judged: How many interactions it has matched.

    Raises:
        MissingExtraError: The extra "verify" isn't installed.
    """

    def __init__(self) -> None:
        require_extra("verify", "the official verifier", "pact")
        self.judged = 0

    def __call__(self, recordings: Sequence[RefereedRecording]) -> list[str]:
        """Return each recording's first difference from its interaction; empty where there is none.

        Raises:
            VerifierCrashError: The verifier ended without a report.
        """
        self.judged += len(recordings)
        by_name = {f"{number:06}": recording for number, recording in enumerate(recordings)}
        responses = {
            name: _without_coding(recording.response)
            for name, recording in by_name.items()
            if isinstance(recording.response, Response)
        }
        messages = {
            name: _producing(recording.response)
            for name, recording in by_name.items()
            if isinstance(recording.response, Message)
        }
        documents = [_numbered(name, recording) for name, recording in by_name.items()]
        with tempfile.TemporaryDirectory(prefix="pactape-") as folder, running(_Answers(responses)) as server:
            pact = Path(folder) / "pact.json"
            pact.write_bytes(
                encode_document(
                    consumer=recordings[0].parties.consumer,
                    provider=recordings[0].parties.provider,
                    interactions=documents,
                    specification="V4",
                    key="interactions",
                )
            )
            url = server.url if responses else None
            verification = verify_provider([pact], url=url, states={}, messages=messages)
        failures = {
            result.description: _first(result.failures)
            for result in verification.results
            if not result.passed
        }
        reason = "; ".join(contract.reason for contract in verification.unjudged)
        return [reason or failures.get(name, "") for name in by_name]


class _Answers(LoopbackServer):
    """A server that returns the response named by the first segment of the path."""

    def __init__(self, responses: dict[str, Response]) -> None:
        super().__init__()
        self._responses = responses

    def reply(self, request: ReceivedRequest) -> Response:
        """Return the response of the path's first segment; 404 for the verifier's probe."""
        name = request.target.lstrip("/").partition("/")[0]
        return self._responses.get(name, Response(status=404, headers=(), body=b""))


def _numbered(name: str, recording: RefereedRecording) -> dict[str, Any]:
    """The interaction with a unique name and path, and without values that only provider states can give."""
    if isinstance(recording.response, Message):
        return {**recording.interaction, "description": name, "providerStates": []}
    request = {key: value for key, value in recording.interaction["request"].items() if key != "generators"}
    return {
        **recording.interaction,
        "description": name,
        "providerStates": [],
        "request": {**request, "path": f"/{name}{request['path']}"},
    }


def _producing(message: Message) -> Callable[[], Message]:
    """Return a function that the verifier calls for the message."""
    return lambda: message


def _without_coding(response: Response) -> Response:
    """The response without its content coding, which the recorder may have removed."""
    if header(response.headers, "content-encoding") is None:
        return response
    try:
        body = decoded_body(response)
    except ValueError:
        return response
    return msgspec.structs.replace(response, body=body, headers=without_coding_headers(response.headers))


def _first(failures: tuple[str, ...]) -> str:
    return failures[0] if failures else "the official verifier gave no reason"
