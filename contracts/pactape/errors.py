"""What can go wrong, as one tree.

```
PactapeError
├── BadInputError                 the user's input can't be used; exit code 2
│   ├── SettingsError             [tool.pactape]: an unknown setting, a wrong type
│   ├── CassetteFormatError       a cassette that can't be read
│   ├── PactFormatError           a pact file that can't be read
│   ├── ContradictionError        two interactions that can't both hold
│   ├── ProviderStateError        a provider state without a handler, or handlers that can't be imported
│   ├── ProviderMessageError      a message, or a request, that nothing in the provider answers
│   ├── ApplicationError          an application that can't be imported or called
│   ├── ProviderUnreachableError  nothing answers at the provider's URL
│   ├── EngineError               a version of vcrpy that Pactape doesn't know
│   ├── BrokerError               a broker that doesn't answer, or has nothing of what is asked for
│   └── OutputError               a file that can't be written, a port that can't be bound
└── ReplayError                   a test asked for something that its recording doesn't hold
    ├── NoMatchError              no recorded interaction answers the request
    └── NetworkBlockedError       a connection was tried while the network is closed
```
"""

from __future__ import annotations


class PactapeError(Exception):
    """The root of every error that Pactape raises on purpose."""


class BadInputError(PactapeError):
    """Input that can't be used: says where, what is wrong, and what to do about it.

    Args:
        what: The fact, without a full stop.
        where: The file, with line or key when known, or the URL; None when there is no place.
        remedy: What the user can do, as an imperative sentence without a full stop.

    Example:
        >>> print(BadInputError("unknown setting 'hosst'", where="pyproject.toml", remedy="write 'host'"))
        pyproject.toml: unknown setting 'hosst'. Fix: write 'host'.
    """

    def __init__(self, what: str, *, where: object = None, remedy: str) -> None:
        place = "" if where is None else f"{where}: "
        super().__init__(f"{place}{what}. Fix: {remedy}.")
        self.what = what
        self.where = where
        self.remedy = remedy


class SettingsError(BadInputError):
    """A setting in `[tool.pactape]` that is unknown or has a value that can't be used."""


class CassetteFormatError(BadInputError):
    """A cassette that can't be read as a recording."""


class PactFormatError(BadInputError):
    """A pact file that can't be read as a contract."""


class ContradictionError(BadInputError):
    """Two interactions that one contract can't hold; the message names both."""


class ProviderStateError(BadInputError):
    """A provider state that nothing sets up."""


class ProviderMessageError(BadInputError):
    """A message of a contract that nothing makes, or a request that no application answers."""


class ApplicationError(BadInputError):
    """An application that can't be imported or called."""


class ProviderUnreachableError(BadInputError):
    """Nothing answers at the provider's URL."""


class BrokerError(BadInputError):
    """A broker that doesn't answer, or has nothing of what is asked for."""


class EngineError(BadInputError):
    """An installed vcrpy that is outside of the range on which recording and replaying stand."""


class OutputError(BadInputError):
    """A file that can't be written or a port that can't be bound."""


class ReplayError(PactapeError):
    """A test asked for something that its recording doesn't hold."""


class NoMatchError(ReplayError):
    """No recorded interaction answers a request."""


class NetworkBlockedError(ReplayError):
    """A connection was tried while the network is closed."""
