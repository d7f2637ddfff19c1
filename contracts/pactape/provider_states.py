"""Provider state handlers: functions that bring a provider into the state that an interaction needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from pactape.errors import ProviderStateError
from pactape.handler_calls import finish_call
from pactape.imports import import_object
from pactape.urls import url_error, without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.exchange import ProviderState

__all__ = ["RemoteStates", "States", "load_states", "set_up"]

States = Mapping[str, Callable[..., object]]
_TIMEOUT_SECONDS = 60
_LONGEST_REASON = 200


class RemoteStates(Mapping[str, Callable[..., object]]):
    """Handlers behind a URL, as official verifiers call them: the URL handles every state.

    Each posts `{"action": "setup", "state": NAME, "params": {…}}` and returns the JSON object of the
    response, if any: values for the contract's generators. A status of 400 or more is a failure.

    Args:
        url: The URL that sets states up.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._shown = without_credentials(url)

    def __repr__(self) -> str:
        return f"RemoteStates({self._shown!r})"

    def __getitem__(self, name: str) -> Callable[..., object]:
        return partial(self._set_up, name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def _set_up(self, name: str, /, **parameters: object) -> object:
        import requests  # noqa: PLC0415 -- most projects set states up in the process

        change = {"action": "setup", "state": name, "params": parameters}
        try:
            response = requests.post(self._url, json=change, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise RuntimeError(f"{self._shown} doesn't answer ({type(error).__name__})") from None
        if not response.ok:
            problem = f"{self._shown} answered with {response.status_code}"
            is_page = "html" in response.headers.get("Content-Type", "").lower()
            reason = "" if is_page else response.text[:_LONGEST_REASON].strip()
            raise RuntimeError(f"{problem}: {reason}" if reason else problem)
        try:
            return response.json()
        except ValueError:
            return None


def load_states(reference: str | None, *, root: Path) -> States:
    """Return the provider state handlers that a setting names.

    Args:
        reference: "package.module:NAME", where NAME is a mapping from state names to callables that take the
            state's parameters as keyword arguments; or a URL that sets states up (see `RemoteStates`); None
            for no handlers.
        root: The project's folder, modules are imported from it first.

    Raises:
        ProviderStateError: The module or the name can't be imported, or the object isn't such a mapping.
    """
    if reference is None:
        return {}
    if reference.startswith(("http://", "https://")):
        if reason := url_error(reference):
            raise ProviderStateError(
                f"{without_credentials(reference)!r} is not a URL ({reason})",
                where="states",
                remedy="write it with its host: http://127.0.0.1:8000/provider-states",
            )
        return RemoteStates(reference)
    states = import_object(reference, root=root, error=ProviderStateError, where="states")
    if not isinstance(states, Mapping) or not all(callable(handler) for handler in states.values()):
        raise ProviderStateError(
            f"{reference!r} isn't a mapping from state names to functions",
            where="states",
            remedy='define STATES = {"a user exists": function} there and write "package.module:STATES"',
        )
    return states


def set_up(state: ProviderState, states: States) -> object:
    """Call the handler of `state` with its parameters, and return what it returns; a coroutine is run to its end.

    Raises:
        ProviderStateError: No handler has that name, or the handler failed (the cause is chained).
    """
    handler = states.get(state.name)
    if handler is None:
        raise ProviderStateError(
            f"no handler sets up the provider state {state.name!r}",
            remedy=f"add one to the states mapping, which has {sorted(states) or 'none'}",
        )
    try:
        return finish_call(handler(**state.parameters))
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # some libraries' failures are none of Exception: `pytest.fail`
        raise ProviderStateError(
            f"the handler of the provider state {state.name!r} failed: {type(error).__name__}: {error}",
            where=_place(handler),
            remedy=f"correct the handler for the parameters {sorted(state.parameters) or 'none'}",
        ) from error


def _place(handler: Callable[..., object]) -> str | None:
    code = getattr(handler, "__code__", None)
    return None if code is None else f"{code.co_filename}:{code.co_firstlineno}"
