"""The events that fire webhooks, by their official names."""

from __future__ import annotations

import msgspec

__all__ = [
    "CONTENT_CHANGED",
    "EVENTS",
    "PUBLISHED",
    "REQUIRES_VERIFICATION",
    "VERIFICATION_FAILED",
    "VERIFICATION_PUBLISHED",
    "VERIFICATION_SUCCEEDED",
    "Event",
]

PUBLISHED = "contract_published"
CONTENT_CHANGED = "contract_content_changed"
REQUIRES_VERIFICATION = "contract_requiring_verification_published"
VERIFICATION_PUBLISHED = "provider_verification_published"
VERIFICATION_SUCCEEDED = "provider_verification_succeeded"
VERIFICATION_FAILED = "provider_verification_failed"
EVENTS = frozenset(
    {
        PUBLISHED,
        CONTENT_CHANGED,
        REQUIRES_VERIFICATION,
        VERIFICATION_PUBLISHED,
        VERIFICATION_SUCCEEDED,
        VERIFICATION_FAILED,
    }
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event between a consumer and a provider.

    Args:
        values: The values of `${pactbroker.…}` placeholders, by name.
        sha: The hash of the contract's content.
        result_number: The number of the verification result, if any.
        deployed: The numbers of the provider versions that are deployed now.
        labels: The labels of the "consumer" and of the "provider".
    """

    name: str
    consumer: str
    provider: str
    values: dict[str, str]
    sha: str = ""
    result_number: int | None = None
    deployed: tuple[str, ...] = ()
    labels: dict[str, tuple[str, ...]] = {}
