"""Your test recordings are your contracts.

Pactape reads recorded HTTP exchanges (cassettes), replays them offline, derives Pact contracts from them and
has providers verified against those contracts with the official verifier.
"""

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
]

__version__ = "0.1.0"  # the one source of the distribution's version
