"""Verification in this process: interactions against a WSGI or ASGI application, judged by our own matcher."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from pactape.errors import PactFormatError, ProviderMessageError, ProviderStateError
from pactape.exchange import Request, Response
from pactape.http_bodies import content_codings, decoded_body, header
from pactape.matching import MessageMatcher, Mismatch, ResponseMatcher, RuleError
from pactape.matching.reading import body_to_send, read_headers, read_query
from pactape.pactfile import InteractionKind, PactInteraction
from pactape.pactfile.reading import read_pact_with_interactions
from pactape.provider_states import set_up
from pactape.verification.in_process.applications import application
from pactape.verification.in_process.generators import generated
from pactape.verification.message_factories import check_message, message_of
from pactape.verification.result import InteractionResult, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from pactape.provider_states import States
    from pactape.verification.message_factories import Messages

__all__ = ["InProcessVerifier", "verify_in_process"]

_BASE = "http://localhost"


def verify_in_process(
    pacts: Iterable[Path],
    *,
    app: Any = None,
    states: States,
    headers: Mapping[str, str] | None = None,
    messages: Messages | None = None,
) -> Verification:
    """Verify contracts against an application in this process, without a server.

    Args:
        pacts: The pact files, at least one, all of one provider.
        app: The WSGI or ASGI application; None when the contracts hold messages only.
        states: The handlers that set up the contracts' provider states. What a handler returns, when it is a
            mapping, is there for the contracts' generators, as the states' parameters are.
        headers: Headers for every request, in place of the contract's: above all a real `Authorization`.
        messages: For contracts of messages: a function for each description, called without arguments.

    Raises:
        PactFormatError: A file is no pact, there is none, or they are of several providers.
        ProviderStateError: A state has no handler, or a handler failed.
        ProviderMessageError: A message has no function that makes it.

    Example:
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
        >>> _ = path.write_bytes(msgspec.json.encode(pact))
        >>> verify_in_process([path], app=app, states={}).passed
        True
    """
    contracts = [read_pact_with_interactions(path) for path in pacts]
    names = sorted({contract.provider for contract in contracts})
    if len(names) != 1:
        raise PactFormatError(
            f"the pacts are of {len(names)} providers: {', '.join(names) or 'none'}",
            remedy="verify one provider at a time",
        )
    interactions = [each for contract in contracts for each in contract.interactions]
    with InProcessVerifier(app, states=states, headers=headers, messages=messages) as verifier:
        for interaction in interactions:
            verifier.check_handlers(interaction)
        results = tuple(map(verifier.verify, interactions))
    return Verification(provider=names[0], results=results)


class InProcessVerifier:
    """Verifies interactions one at a time; the application runs while the context lasts.

    Args:
        app: The WSGI or ASGI application; None for contracts of messages only.
        states: The handlers of the provider states.
        headers: Headers for every request, in place of the contract's.
        messages: The functions that make messages.
    """

    def __init__(
        self,
        app: Any,
        *,
        states: States,
        headers: Mapping[str, str] | None = None,
        messages: Messages | None = None,
    ) -> None:
        self._app = None if app is None else application(app)
        self._states = states
        self._headers = dict(headers or {})
        self._messages = messages or {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._app is not None:
            self._stack.enter_context(self._app)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def check_handlers(self, interaction: PactInteraction) -> None:
        """See that everything the interaction needs is there.

        Raises:
            ProviderStateError: A state has no handler.
            ProviderMessageError: A message has no function, or a request no application.
        """
        for state in interaction.states:
            if state.name and state.name not in self._states:
                raise ProviderStateError(
                    f"no handler sets up the provider state {state.name!r}",
                    remedy=f"add one to the states mapping, which has {sorted(self._states) or 'none'}",
                )
        if interaction.is_message:
            check_message(interaction.description, self._messages)
        if not interaction.is_message and self._app is None:
            raise ProviderMessageError(
                f"no application answers the request {interaction.description!r}",
                remedy="give the WSGI or ASGI application",
            )

    def verify(self, interaction: PactInteraction) -> InteractionResult:
        """Set the states up, ask the application, and match its answer.

        Raises:
            ProviderStateError: A state has no handler, or its handler failed.
            ProviderMessageError: A message has no function that makes it.
        """
        self.check_handlers(interaction)
        values = self._set_up(interaction)
        try:
            found = self._mismatches(interaction, values)
            failures = tuple(map(str, found))
        except RuleError as error:
            found, failures = [], (f"the contract's rules can't be read: {error}",)
        except Exception as error:  # noqa: BLE001 -- whatever the application raises is its answer
            found, failures = [], (f"the application raised {type(error).__name__}: {error}",)
        return InteractionResult(
            consumer=interaction.consumer,
            description=interaction.description,
            passed=not failures or interaction.pending,
            failures=failures,
            mismatches=tuple(msgspec.structs.replace(each, sources=interaction.cassettes) for each in found),
        )

    def _set_up(self, interaction: PactInteraction) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for state in interaction.states:
            if state.name:
                returned = set_up(state, self._states)
                values |= state.parameters
                values |= returned if isinstance(returned, dict) else {}
        return values

    def _mismatches(self, interaction: PactInteraction, values: dict[str, Any]) -> list[Mismatch]:
        if interaction.is_message:
            return self._mismatches_of_message(interaction, values)
        request = _request(interaction, generated(interaction.document["request"], values), self._headers)
        expected = generated(interaction.document.get("response") or {}, values)
        matcher = ResponseMatcher(expected, interaction.version)
        return matcher.mismatches(_plain(self._ask(request)))

    def _ask(self, request: Request) -> Response:
        if self._app is None:  # check_handlers has seen to it
            raise ProviderMessageError("there is no application", remedy="give one")
        return self._app(request)

    def _mismatches_of_message(self, interaction: PactInteraction, values: dict[str, Any]) -> list[Mismatch]:
        written = interaction.document
        if interaction.kind is InteractionKind.SYNCHRONOUS_MESSAGE:
            written = next(iter(written.get("response") or ()), {})
        made = self._messages[interaction.description]()
        return MessageMatcher(generated(written, values), interaction.version).mismatches(message_of(made))


def _request(interaction: PactInteraction, written: dict[str, Any], headers: dict[str, str]) -> Request:
    """The request as a client would send it."""
    known = read_headers(written.get("headers"))
    replaced = {name.lower() for name in headers}
    sent = [(name, ", ".join(values)) for name, values in known.items() if name.lower() not in replaced]
    sent += headers.items()
    declared = header(sent, "content-type")
    body = body_to_send(written, interaction.version, content_type=declared)
    if body.data and declared is None and body.content_type.known:
        sent.append(("Content-Type", str(body.content_type)))
    query = urlencode(
        [(name, each) for name, values in read_query(written.get("query")).items() for each in values]
    )
    path = quote(str(written.get("path", "/")), safe="/%:@!$&'()*+,;=~-._")
    return Request(
        method=str(written.get("method", "GET")).upper(),
        url=f"{_BASE}{path}" + (f"?{query}" if query else ""),
        headers=tuple(sent),
        body=body.data or b"",
    )


def _plain(response: Response) -> Response:
    """The response without its content encoding, as clients see it."""
    if not content_codings(response.headers):
        return response
    return msgspec.structs.replace(response, body=decoded_body(response))
