"""Verifies an application in this process against pact files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.verification.in_process.verifier import InProcessVerifier
from pactape.verification.preflight import check_transport, read_pacts
from pactape.verification.verdicts import Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pactape.provider_states import States
    from pactape.verification.message_factories import MessageFactories

__all__ = ["verify_in_process"]


def verify_in_process(
    pacts: Iterable[Path],
    *,
    app: Any = None,
    states: States,
    headers: Mapping[str, str] | None = None,
    messages: MessageFactories | None = None,
    base_path: str = "",
) -> Verification:
    """Verify contracts against an application in this process, without a server.

    Args:
        pacts: The pact files, at least one, all of one provider.
        app: The WSGI or ASGI application; None if the contracts contain messages only.
        states: The handlers that set up the contracts' provider states. If a handler returns a mapping, the
            contracts' generators can use its values, like the parameters of states.
        headers: Headers for every request, which replace those of the contract: above all a real `Authorization`.
        messages: For contracts of messages: a function for each description, called without arguments.
        base_path: The path prefix of the application's API, "/v1".

    Returns:
        One result for each interaction. An unreadable file, a state without a handler and a message without a
        function don't end the run: the interactions concerned could not be verified.

    Raises:
        PactFormatError: No file is given, none can be read, or they belong to several providers.
        ProviderMessageError: No application is given, and a contract has a request.
        ApplicationError: The application can't be called, or failed to start.

    Example:
        >>> import json
        >>> from pathlib import Path
        >>> def app(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "application/json")])
        ...     return [b'{"status": "up"}']
        >>> pact = {
        ...     "consumer": {"name": "web"},
        ...     "provider": {"name": "users"},
        ...     "interactions": [
        ...         {
        ...             "description": "is up",
        ...             "request": {"method": "GET", "path": "/health"},
        ...             "response": {"status": 200, "body": {"status": "up"}},
        ...         }
        ...     ],
        ...     "metadata": {"pactSpecification": {"version": "3.0.0"}},
        ... }
        >>> path = Path("web-users.json")
        >>> _ = path.write_text(json.dumps(pact))
        >>> verify_in_process([path], app=app, states={}).passed
        True
    """
    read, unreadable = read_pacts(pacts)
    if app is None:
        check_transport(read.values(), None)
    verifier = InProcessVerifier(app, states=states, headers=headers, messages=messages, base_path=base_path)
    with verifier:
        results = tuple(
            verifier.verify(interaction) for pact in read.values() for interaction in pact.interactions
        )
    provider = next(iter(read.values())).provider
    return Verification(provider=provider, results=results, unjudged=tuple(unreadable))
