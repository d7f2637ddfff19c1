"""Your test recordings are your contracts.

Pactape reads recorded HTTP exchanges (cassettes), replays them offline, derives Pact contracts from them and
verifies providers against those contracts with the official verifier.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pactape.errors import BadInputError, PactapeError

__all__ = [
    "BadInputError",
    "Call",
    "Exchange",
    "PactapeError",
    "Provenance",
    "ProviderState",
    "RecordedMessage",
    "Request",
    "Response",
    "__version__",
    "use_cassette",
]

if TYPE_CHECKING:
    from pactape.cassettes.project_cassette import use_cassette
    from pactape.exchange import (
        Call,
        Exchange,
        Provenance,
        ProviderState,
        RecordedMessage,
        Request,
        Response,
    )

_EXCHANGE = "pactape.exchange"
#: The module of each name that is imported lazily: vcrpy and msgspec take longer to import than everything
#: else.
_MODULES = {
    "Call": _EXCHANGE,
    "Exchange": _EXCHANGE,
    "Provenance": _EXCHANGE,
    "ProviderState": _EXCHANGE,
    "RecordedMessage": _EXCHANGE,
    "Request": _EXCHANGE,
    "Response": _EXCHANGE,
    "use_cassette": "pactape.cassettes.project_cassette",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


__version__ = "0.1.0"  # the single source of the distribution's version
