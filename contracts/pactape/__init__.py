"""Your test recordings are your contracts.

Pactape reads recorded HTTP exchanges (cassettes), replays them offline, derives Pact contracts from them and
has providers verified against those contracts with the official verifier.
"""

from typing import TYPE_CHECKING, Any

from pactape.errors import BadInputError, PactapeError
from pactape.exchange import Call, Exchange, Provenance, ProviderState, RecordedMessage, Request, Response

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


def __getattr__(name: str) -> Any:
    """Import what needs vcrpy when it is used: importing it takes longer than all the rest."""
    if name == "use_cassette":
        from pactape.cassettes.project_cassette import use_cassette  # noqa: PLC0415 -- start-up time

        return use_cassette
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__version__ = "0.1.0"  # the one source of the distribution's version
