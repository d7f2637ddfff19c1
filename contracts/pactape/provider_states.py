"""Provider-state handlers: the functions that put a provider into the state an interaction needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from pactape.errors import ProviderStateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.exchange import ProviderState

__all__ = ["RemoteStates", "States", "load_states", "set_up"]

States = Mapping[str, Callable[..., object]]
_TIMEOUT_SECONDS = 60
_LONGEST_REASON = 200


class RemoteStates(Mapping[str, Callable[..., object]]):
    """Handlers at a URL, as official verifiers use them: any state's name has one.

    Each posts `{"action": "setup", "state": NAME, "params": {…}}` and gives the JSON object that is answered, if
    one is: the values for the contract's generators. A status from 400 on is a failure.

    Args:
        url: Where states are set up.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def __repr__(self) -> str:
        return f"RemoteStates({_without_user(self._url)!r})"

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
        import requests  # noqa: PLC0415 -- only where states are far away

        change = {"action": "setup", "state": name, "params": parameters}
        try:
            answer = requests.post(self._url, json=change, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise RuntimeError(
                f"{_without_user(self._url)} doesn't answer ({type(error).__name__})"
            ) from None
        if not answer.ok:
            told = f"{_without_user(self._url)} answered with {answer.status_code}"
            raise RuntimeError(f"{told}: {answer.text[:_LONGEST_REASON].strip()}" if answer.text else told)
        try:
            return answer.json()
        except ValueError:
            return None


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def load_states(reference: str | None, *, root: Path) -> States:
    """Import the handlers that a setting names.

    Args:
        reference: "package.module:NAME", NAME being a mapping from state names to callables that take the
            state's parameters as keyword arguments; a URL that sets states up (see `RemoteStates`); None gives
            no handlers.
        root: The project's folder; it is importable, first of all, while the module is imported.

    Raises:
        ProviderStateError: The module or the name can't be imported, or the object isn't such a mapping.
    """
    if reference is None:
        return {}
    if reference.startswith(("http://", "https://")):
        return RemoteStates(reference)
    module, _, name = reference.partition(":")
    found = getattr(_import(module, reference=reference, root=root), name, None) if name else None
    if not isinstance(found, Mapping) or not all(callable(handler) for handler in found.values()):
        raise ProviderStateError(
            f"states = {reference!r} doesn't name a mapping from state names to functions",
            where=module,
            remedy='define STATES = {"a user exists": function} there and write "package.module:STATES"',
        )
    return found


def set_up(state: ProviderState, states: States) -> object:
    """Call the handler of `state` with its parameters.

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
        return handler(**state.parameters)
    except Exception as error:
        raise ProviderStateError(
            f"the handler of the provider state {state.name!r} failed: {type(error).__name__}: {error}",
            where=_place(handler),
            remedy=f"mend the handler for the parameters {sorted(state.parameters)}",
        ) from error


def _import(module: str, *, reference: str, root: Path) -> Any:
    path = str(root)
    if path not in sys.path:
        sys.path.insert(0, path)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ProviderStateError(
            f"states = {reference!r} can't be imported ({error})",
            where=root / "pyproject.toml",
            remedy="check the module's name and that its own imports are installed",
        ) from error


def _place(handler: Callable[..., object]) -> str | None:
    code = getattr(handler, "__code__", None)
    return None if code is None else f"{code.co_filename}:{code.co_firstlineno}"
