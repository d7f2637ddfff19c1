"""Verifies an application in this process, one interaction at a time, with Pactape's matcher."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import ProviderMessageError, ProviderStateError
from pactape.http_bodies import decoded_body
from pactape.matching import MessageMatcher, Mismatch, ResponseMatcher, RuleError
from pactape.pactfile import InteractionKind, PactInteraction
from pactape.provider_states import set_up
from pactape.verification.headers import expand_headers
from pactape.verification.in_process.applications import application
from pactape.verification.in_process.generators import apply_generators
from pactape.verification.in_process.requests import request_of
from pactape.verification.message_factories import produce_message
from pactape.verification.verdicts import InteractionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from pactape.provider_states import States
    from pactape.verification.message_factories import MessageFactories

__all__ = ["InProcessVerifier"]


class InProcessVerifier:
    """Verifies interactions one at a time; the application runs inside the context.

    Args:
        app: The WSGI or ASGI application; None if the contracts have messages only.
        states: The handlers of the provider states.
        headers: Headers for every request, which replace those of the contract; `${name}` in a value is replaced
            with a value that a state handler returned, or with an environment variable.
        messages: The functions that produce messages.
        base_path: The path prefix of the application's API.
    """

    def __init__(
        self,
        app: Any,
        *,
        states: States,
        headers: Mapping[str, str] | None = None,
        messages: MessageFactories | None = None,
        base_path: str = "",
    ) -> None:
        self._app = None if app is None else application(app)
        self._states = states
        self._headers = dict(headers or {})
        self._messages = messages or {}
        self._base_path = base_path
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._app is not None:
            self._stack.enter_context(self._app)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def verify(self, interaction: PactInteraction) -> InteractionResult:
        """Set up the states, send the request to the application, and match its response.

        Returns:
            The verdict. An exception of the application is a failure; an interaction with a failing state or
            message, or with an unreadable rule, could not be verified.
        """
        try:
            values = self._set_up(interaction)
            mismatches = self._mismatches(interaction, values)
        except RuleError as error:
            return _result(interaction, Verdict.NOT_JUDGED, (f"a matching rule can't be read: {error}",))
        except (ProviderStateError, ProviderMessageError) as error:
            return _result(interaction, Verdict.NOT_JUDGED, (str(error),))
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- any exception of the application is its response
            failure = f"the application raised {type(error).__name__}: {error}"
            return _result(interaction, Verdict.FAILED, (failure,))
        failures = tuple(map(str, mismatches))
        verdict = Verdict.FAILED if failures else Verdict.PASSED
        return _result(interaction, verdict, failures, mismatches)

    def _set_up(self, interaction: PactInteraction) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for state in interaction.states:
            returned = set_up(state, self._states)
            values |= state.parameters
            values |= returned if isinstance(returned, dict) else {}
        return values

    def _mismatches(self, interaction: PactInteraction, values: dict[str, Any]) -> list[Mismatch]:
        if interaction.is_message:
            return self._mismatches_of_message(interaction, values)
        expected = apply_generators(interaction.document.get("response") or {}, values)
        matcher = ResponseMatcher(expected, interaction.version)
        request = request_of(
            apply_generators(interaction.document.get("request") or {}, values),
            interaction.version,
            headers=expand_headers(self._headers, values),
            base_path=self._base_path,
        )
        if self._app is None:
            raise ProviderMessageError(
                f"there is no application for the request {interaction.description!r}",
                remedy="give the WSGI or ASGI application",
            )
        response = self._app(request)
        return matcher.mismatches(msgspec.structs.replace(response, body=decoded_body(response)))

    def _mismatches_of_message(self, interaction: PactInteraction, values: dict[str, Any]) -> list[Mismatch]:
        document = interaction.document
        if interaction.kind is InteractionKind.SYNCHRONOUS_MESSAGE:
            document = next(iter(document.get("response") or ()), {})
        matcher = MessageMatcher(apply_generators(document, values), interaction.version)
        return matcher.mismatches(produce_message(interaction.description, self._messages))


def _result(
    interaction: PactInteraction,
    verdict: Verdict,
    failures: tuple[str, ...],
    mismatches: list[Mismatch] | tuple[()] = (),
) -> InteractionResult:
    return InteractionResult(
        consumer=interaction.consumer,
        description=interaction.description,
        verdict=Verdict.PENDING if interaction.pending and verdict is not Verdict.PASSED else verdict,
        failures=failures,
        mismatches=tuple(
            msgspec.structs.replace(mismatch, sources=interaction.cassettes) for mismatch in mismatches
        ),
        states=tuple(state.name for state in interaction.states),
    )
