"""TLS settings for https providers."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from pactape.verification.options import VerificationOptions

__all__ = ["tls_context"]


def tls_context(options: VerificationOptions) -> ssl.SSLContext:
    """Return a TLS context that verifies with a CA file, with the system's CAs, or not at all.

    Without a CA file, SSL_CERT_FILE or REQUESTS_CA_BUNDLE is used, if set.

    Raises:
        BadInputError: The CA file can't be read, or contains no certificate.
    """
    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    path = str(options.ca_file) if options.ca_file else bundle or None
    is_folder = path is not None and Path(path).is_dir()  # as requests allows
    try:
        context = ssl.create_default_context(
            cafile=None if is_folder else path, capath=path if is_folder else None
        )
    except OSError as error:  # of which SSLError is one
        raise BadInputError(
            f"can't be read as certificates in PEM ({error})",
            where=path,
            remedy="name a file of certificate authorities: --ca-file, SSL_CERT_FILE or REQUESTS_CA_BUNDLE",
        ) from error
    context.verify_flags |= (
        ssl.VERIFY_X509_PARTIAL_CHAIN
    )  # the file may contain the provider's own certificate
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # test environments use simple certificates
    if options.is_insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
