"""Encodes digests as MessagePack; equal digests have equal bytes, in whatever order they were joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence.digest import Digest
from pactape.contracts.grouping.evidence.message_evidence import MessageEvidence
from pactape.contracts.grouping.evidence.operations import GroupKey
from pactape.contracts.grouping.evidence.packing import large_number, pack_sorted
from pactape.contracts.grouping.evidence.sample_evidence import Evidence
from pactape.contracts.participants import ContractParties
from pactape.contracts.samples.exclusions import Exclusion
from pactape.errors import CassetteFormatError
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["decode_digest", "encode_digest"]

_VERSION = 4


class _StoredDigest(msgspec.Struct, array_like=True):
    """The stored form of a digest; a provider is stored as its key, name and URL."""

    version: int
    cassettes: int
    groups: list[tuple[ContractParties, tuple[str, str, str], GroupKey, Evidence]]
    messages: list[tuple[ContractParties, tuple[str, str], MessageEvidence]]
    exclusions: list[Exclusion]


def encode_digest(digest: Digest) -> bytes:
    """Return the bytes of a digest, without the list of files read."""
    groups = [
        (parties, (provider.key, provider.name, provider.url), key, evidence.pack())
        for (parties, provider), of_contract in digest.groups.items()
        for key, evidence in of_contract.items()
    ]
    messages = [
        (parties, key, evidence)
        for parties, of_contract in digest.messages.items()
        for key, evidence in of_contract.items()
    ]
    content = _StoredDigest(
        _VERSION,
        digest.cassettes,
        sorted(groups, key=lambda group: group[:3]),
        sorted(messages, key=lambda message: message[:2]),
        sorted(digest.exclusions),
    )
    return pack_sorted(content)


def decode_digest(data: bytes, providers: Mapping[str, ProviderSettings]) -> Digest:
    """Return the digest of these bytes.

    Args:
        data: What `encode_digest` returned.
        providers: The project's providers by key.

    Raises:
        CassetteFormatError: The bytes are not a digest, or a digest of another version.
    """
    try:
        content = _decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise CassetteFormatError(
            f"is not a digest ({error})", remedy="create the digest again from the recordings"
        ) from error
    if content.version != _VERSION:
        raise CassetteFormatError(
            f"is a digest of version {content.version}, but this version of Pactape reads {_VERSION}",
            remedy="create the digest again, or use one version of Pactape everywhere",
        )
    digest = Digest()
    digest.cassettes = content.cassettes
    digest.exclusions = content.exclusions
    for parties, (key, name, url), group, of_group in content.groups:
        provider = providers.get(key) or ProviderSettings(key=key, name=name, url=url)
        groups = digest.groups.setdefault((parties, provider), {})
        groups[group] = of_group
    for parties, message, of_message in content.messages:
        digest.messages.setdefault(parties, {})[message] = of_message
    return digest


_decode = msgspec.msgpack.Decoder(_StoredDigest, ext_hook=large_number).decode
