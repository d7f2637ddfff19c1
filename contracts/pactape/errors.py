"""The errors that Pactape raises on purpose, as one tree.

```
PactapeError
├── BadInputError                 input that can't be used; exit code 2
│   ├── SettingsError             [tool.pactape]: an unknown setting, a wrong type
│   ├── CassetteFormatError       a cassette that can't be read
│   │   └── DamagedRecordingError  a damaged file of a known recorder
│   ├── PactFormatError           a pact file that can't be read
│   ├── ContradictionError        two interactions that contradict each other
│   ├── ProviderStateError        a provider state without a handler, or handlers that can't be imported
│   ├── ProviderMessageError      a message without a function, or a request without a URL
│   ├── ApplicationError          an application that can't be imported or called
│   ├── ProviderUnreachableError  the provider's URL doesn't answer
│   ├── VcrpyVersionError         a version of vcrpy that isn't supported
│   ├── BrokerError               a broker that doesn't answer, refuses, or lacks the resource
│   ├── OutputError               a file that can't be written, a port that can't be bound
│   └── MissingExtraError         a feature whose libraries aren't installed
├── VerifierCrashError            the official verifier's process ended without a report
└── ReplayError                   a test requested something that isn't recorded
    ├── NoMatchError              no recorded interaction matches the request
    └── NetworkBlockedError       a connection was attempted while the network is closed
```
"""

from __future__ import annotations

from typing import Any


class PactapeError(Exception):
    """The root of every error that Pactape raises on purpose."""

    #: Clients don't convert these errors: a request that isn't recorded fails the test, whatever the caller
    #: catches.
    passes_through_clients = True


class BadInputError(PactapeError):
    """Input that can't be used; the message says where, what is wrong, and how to fix it.

    Args:
        what: What is wrong, without a full stop.
        where: The file, with line or key when known, or the URL; None when there is none.
        remedy: How to fix it, as an imperative without a full stop.

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

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.what, self.where, self.remedy, vars(self))


def _restore(
    kind: type[BadInputError], what: str, where: object, remedy: str, attributes: dict[str, Any]
) -> BadInputError:
    """Return how to rebuild the error in another process (pickling)."""
    error = kind.__new__(kind)
    BadInputError.__init__(error, what, where=where, remedy=remedy)
    vars(error).update(attributes)
    return error


class SettingsError(BadInputError):
    """A setting in `[tool.pactape]` that is unknown or has an unusable value."""


class CassetteFormatError(BadInputError):
    """A cassette that can't be read."""


class DamagedRecordingError(CassetteFormatError):
    """A file of a known recorder that is damaged, for example cut off."""


class PactFormatError(BadInputError):
    """A pact file that can't be read."""


class ContradictionError(BadInputError):
    """Two interactions that contradict each other; the message names both."""


class ProviderStateError(BadInputError):
    """A provider state without a handler, or whose handler failed."""


class ProviderMessageError(BadInputError):
    """A message of a contract without a function, or a request without a provider's URL."""


class ApplicationError(BadInputError):
    """An application that can't be imported or called."""


class ProviderUnreachableError(BadInputError):
    """The provider's URL doesn't answer."""


class BrokerError(BadInputError):
    """A broker that doesn't answer, refuses the request, or lacks the requested resource."""


class VcrpyVersionError(BadInputError):
    """The installed version of vcrpy is outside the supported range."""


class OutputError(BadInputError):
    """A file that can't be written or a port that can't be bound."""


class MissingExtraError(BadInputError):
    """A feature whose libraries aren't installed.

    Args:
        extra: The extra that installs them: "verify".
        feature: What needs them: "an HTTP server".

    Example:
        >>> print(MissingExtraError("broker", "the embedded broker"))
        the embedded broker needs libraries that aren't installed. Fix: pip install 'pactape[broker]'.
    """

    def __init__(self, extra: str, feature: str) -> None:
        super().__init__(
            f"{feature} needs libraries that aren't installed", remedy=f"pip install 'pactape[{extra}]'"
        )
        self.extra = extra


class VerifierCrashError(PactapeError):
    """The process of the official verifier ended without a report."""


class ReplayError(PactapeError):
    """A test requested something that isn't recorded."""


class NoMatchError(ReplayError):
    """No recorded interaction matches a request."""


class NetworkBlockedError(ReplayError):
    """A connection was attempted while the network is closed."""
