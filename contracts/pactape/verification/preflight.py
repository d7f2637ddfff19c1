"""Checks made before the official verifier runs."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pactape.errors import PactFormatError, ProviderMessageError, ProviderUnreachableError
from pactape.pactfile.reading import read_pact_with_interactions
from pactape.urls import url_error, without_credentials
from pactape.verification.verdicts import UnjudgedContract

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pactape.pactfile import Pact
    from pactape.verification.options import VerificationOptions

__all__ = ["check_listening", "check_provider", "check_transport", "read_pacts"]

_CONNECT_SECONDS = 3.0
_PORTS = {"http": 80, "https": 443}


def read_pacts(paths: Iterable[Path]) -> tuple[dict[Path, Pact], list[UnjudgedContract]]:
    """Read pact files; an unreadable file doesn't stop the others.

    Returns:
        The pacts by file, and the files that can't be read, each with the reason.

    Raises:
        PactFormatError: No file is given, none can be read, or they belong to several providers.
    """
    pacts: dict[Path, Pact] = {}
    errors: list[PactFormatError] = []
    files: dict[Path, Path] = {}
    for path in paths:
        files.setdefault(path.resolve(), path)
    for path in files.values():
        try:
            pacts[path] = read_pact_with_interactions(path)
        except PactFormatError as error:
            errors.append(error)
    if not pacts and errors:
        raise errors[0]
    _check_one_provider(list(pacts.values()))
    unjudged = [UnjudgedContract(contract=str(error.where), reason=error.what) for error in errors]
    return pacts, unjudged


def _check_one_provider(pacts: Sequence[Pact]) -> None:
    names = sorted({pact.provider for pact in pacts})
    if len(names) != 1:
        raise PactFormatError(
            f"the pacts belong to {len(names)} providers: {', '.join(names) or 'none'}",
            where=", ".join(str(pact.path) for pact in pacts) or None,
            remedy="verify one provider at a time, or give each its URL: --url NAME=URL",
        )


def check_transport(pacts: Iterable[Pact], url: str | None) -> None:
    """Check that a URL is given if a pact has requests.

    Raises:
        ProviderMessageError: A pact has a request, and no URL is given.
    """
    requests = [
        interaction for pact in pacts for interaction in pact.interactions if not interaction.is_message
    ]
    if url is None and requests:
        raise ProviderMessageError(
            f"{requests[0].description!r} is a request, but no URL is given",
            remedy="give the running provider's URL",
        )


def check_listening(url: str) -> None:
    """Check that something listens at a URL.

    Raises:
        ProviderUnreachableError: The URL is invalid, or nothing listens there.
    """
    _check(url, None)


def check_provider(url: str, options: VerificationOptions) -> None:
    """Check that something listens at a URL, and that its certificate can be verified.

    Raises:
        ProviderUnreachableError: The URL is invalid, nothing listens there, or its certificate can't be verified.
    """
    _check(url, options)


def _check(url: str, options: VerificationOptions | None) -> None:
    reason = url_error(url)
    if reason is not None:
        raise ProviderUnreachableError(
            f"{without_credentials(url)!r} is not a URL ({reason})",
            remedy="write it with http:// or https://",
        )
    if urlsplit(url).query or urlsplit(url).fragment:
        raise ProviderUnreachableError(
            f"{without_credentials(url)!r} has a query or a fragment, which no request would get",
            remedy="give the base URL without ? and #; interactions have queries of their own",
        )
    try:
        _connect(url, options)
    except OSError as error:
        if reason := _certificate_problem(error):
            raise ProviderUnreachableError(
                f"the provider's certificate can't be verified ({reason})",
                where=without_credentials(url),
                remedy="give its certificate authority with --ca-file FILE, or skip the check with --insecure",
            ) from error
        raise ProviderUnreachableError(
            f"no provider responds ({error})",
            where=without_credentials(url),
            remedy="start the provider, or give the URL of a running one",
        ) from error


def _connect(url: str, options: VerificationOptions | None) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    # As bytes: for a str, Python would import the tables of international domain names.
    encoded: Any = host.encode() if host.isascii() else host
    address = (encoded, parts.port or _PORTS[parts.scheme])
    with socket.create_connection(address, timeout=_CONNECT_SECONDS) as connection:
        if parts.scheme == "https" and options is not None:
            from pactape.verification.tls import tls_context  # noqa: PLC0415 -- only for https: slow to import

            tls_context(options).wrap_socket(connection, server_hostname=parts.hostname).close()


def _certificate_problem(error: OSError) -> str | None:
    """Return OpenSSL's description of a certificate problem; None for other errors."""
    return getattr(error, "verify_message", None)  # of ssl.SSLCertVerificationError
