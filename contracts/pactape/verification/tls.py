"""TLS settings for https providers."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pactape.verification.options import VerificationOptions

__all__ = ["tls_context"]


def tls_context(options: VerificationOptions) -> ssl.SSLContext:
    """Return a TLS context that verifies with a CA file, with the system's CAs, or not at all.

    Without a CA file, SSL_CERT_FILE or REQUESTS_CA_BUNDLE is used, if set.

    Raises:
        OSError: The CA file can't be read, or contains no certificate.
    """
    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    context = ssl.create_default_context(cafile=str(options.ca_file) if options.ca_file else bundle or None)
    context.verify_flags |= (
        ssl.VERIFY_X509_PARTIAL_CHAIN
    )  # the file may contain the provider's own certificate
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # test environments use simple certificates
    if options.is_insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
