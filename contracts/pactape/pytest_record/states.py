"""Sets up provider states while a test records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.provider_states import load_states, set_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pactape.exchange import ProviderState
    from pactape.provider_states import States
    from pactape.settings import Settings

__all__ = ["set_up_states"]


def set_up_states(states: Sequence[ProviderState], settings: Settings) -> None:
    """Set up provider states, if the settings have handlers; an external provider has none.

    Raises:
        ProviderStateError: No handler sets up a state, or its handler failed.
    """
    by_provider = {
        key: load_states(provider.states, root=settings.root)
        for key, provider in settings.providers.items()
        if provider.states is not None
    }
    for state in states if by_provider else ():
        set_up(state, _handlers_for(state, by_provider))


def _handlers_for(state: ProviderState, by_provider: Mapping[str, States]) -> States:
    """Return the handlers of the first provider that has the state; for the error, all of them if none has."""
    for handlers in by_provider.values():
        if state.name in handlers:
            return handlers
    return {name: handler for handlers in by_provider.values() for name, handler in handlers.items()}
