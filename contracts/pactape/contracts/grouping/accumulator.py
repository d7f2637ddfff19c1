"""Gathering: recordings go by one after the other, and what they show is kept; shards of it join to the whole."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pactape.cassettes.finder import owned, owned_message
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence import Evidence
from pactape.contracts.grouping.evidence_cache import Digests, Found
from pactape.contracts.grouping.openapi import Templates, read_templates
from pactape.contracts.grouping.operations import DISCRIMINATORS, first_key
from pactape.contracts.interactions.messages import MessageEvidence, MessageKey, message_key
from pactape.contracts.participants import Party, provider_for
from pactape.contracts.samples.exclusions import NOT_FOR_CONTRACTS, LeftOut, reason_to_leave_out
from pactape.contracts.samples.sample import samples_of
from pactape.contracts.samples.scrubbed_cache import CleanCopies

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Exchange, RecordedMessage
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Gathering", "Kept", "recorded_in"]

#: A sample that takes part in a contract: whose, with which provider, and its key as far as it knows by itself.
Kept = tuple[Party, "ProviderSettings", "GroupKey", "Sample"]


class Gathering:
    """What cassettes have shown so far, by contract and group.

    It keeps one sample a group and counts the others, so its size is that of the contracts, however many
    cassettes there are.

    Args:
        settings: The project's settings.
        all_fields: Whether every response field counts as read.
    """

    def __init__(self, settings: Settings, *, all_fields: bool = False) -> None:
        self.cassettes = 0
        self.groups: dict[tuple[Party, ProviderSettings], dict[GroupKey, Evidence]] = {}
        self.messages: dict[Party, dict[MessageKey, MessageEvidence]] = {}
        self.left_out: list[LeftOut] = []
        self._settings = settings
        self._all_fields = all_fields
        self._rules = ScrubRules.from_settings(settings.scrub)
        self._digests = Digests(settings, all_fields=all_fields)

    def read(self, path: Path) -> None:
        """Take in one cassette.

        Raises:
            CassetteFormatError: It can't be read.
        """
        self.cassettes += 1
        name, found = self._digests.find(path)
        if found is None:
            found = self._found(path)
            self._digests.store(name, found)
        for party, provider, key, evidence in found.groups:
            self._add((party, provider), key, evidence)
        for party, message in found.messages:
            self._add_message(party, message_key(message), MessageEvidence(message))
        self.left_out += found.left_out

    def forget_others(self) -> None:
        """Delete what is kept of cassettes that have not been read: they are gone or have changed."""
        self._digests.forget_others()

    def join(self, other: Gathering) -> None:
        """Take in what another has gathered, of other cassettes; it is used up by that."""
        self.cassettes += other.cassettes
        self.left_out += other.left_out
        for whose, groups in other.groups.items():
            for key, evidence in groups.items():
                self._add(whose, key, evidence)
        for of_party, messages in other.messages.items():
            for message, shown in messages.items():
                self._add_message(of_party, message, shown)

    def _found(self, path: Path) -> Found:
        left_out: list[LeftOut] = []
        groups: dict[tuple[Party, ProviderSettings, GroupKey], Evidence] = {}
        samples, messages = recorded_in(
            path,
            self._settings,
            copies=CleanCopies(None, self._rules),
            left_out=left_out,
            all_fields=self._all_fields,
        )
        for party, provider, key, sample in samples:
            if (party, provider, key) in groups:
                groups[party, provider, key].add(sample)
            else:
                groups[party, provider, key] = Evidence(sample)
        return Found([(*place, evidence) for place, evidence in groups.items()], messages, left_out)

    def _add(self, whose: tuple[Party, ProviderSettings], key: GroupKey, evidence: Evidence) -> None:
        groups = self.groups.setdefault(whose, {})
        if key in groups:
            groups[key].join(evidence)
        else:
            groups[key] = evidence

    def _add_message(self, party: Party, key: MessageKey, evidence: MessageEvidence) -> None:
        groups = self.messages.setdefault(party, {})
        if key in groups:
            groups[key].join(evidence)
        else:
            groups[key] = evidence


def recorded_in(
    path: Path,
    settings: Settings,
    *,
    copies: CleanCopies,
    left_out: list[LeftOut],
    all_fields: bool = False,
) -> tuple[list[Kept], list[tuple[Party, RecordedMessage]]]:
    """The samples of one cassette, and its messages, each with whose and from whom it is; as they were recorded.

    Args:
        path: The cassette.
        settings: The project's settings.
        copies: Where cassettes are read from.
        left_out: Receives the exchanges and the messages that take no part.
        all_fields: Whether every response field counts as read.

    Raises:
        CassetteFormatError: The cassette can't be read.
    """
    exchanges, received = copies.read(path)
    kept: list[tuple[Party, ProviderSettings, Exchange]] = []
    for read, broken in exchanges:
        consumer, exchange = owned(read, path, settings, all_fields=all_fields)
        provider = provider_for(exchange, settings)
        reason = broken or reason_to_leave_out(exchange) or ("" if provider else _no_provider(exchange))
        if reason or provider is None:
            left_out.append(LeftOut(exchange.cassette, exchange.index, reason))
        else:
            kept.append((Party(consumer, provider.name), provider, exchange))
    samples = samples_of(clean for _, _, clean in kept)
    return (
        [
            (party, provider, _key(sample, provider), sample)
            for (party, provider, _), sample in zip(kept, samples, strict=True)
        ],
        [
            taken
            for each in received
            if (taken := _message(each, path, settings, left_out=left_out, all_fields=all_fields))
        ],
    )


def _message(
    read: RecordedMessage, path: Path, settings: Settings, *, left_out: list[LeftOut], all_fields: bool
) -> tuple[Party, RecordedMessage] | None:
    """A message with whose and from whom it is; None when it takes no part."""
    consumer, message = owned_message(read, path, settings, all_fields=all_fields)
    provider = settings.providers.get(message.provider)
    if message.provenance is not None and not message.provenance.contract:
        left_out.append(LeftOut(message.cassette, message.index, NOT_FOR_CONTRACTS))
        return None
    if provider is None:
        reason = f"there is no [tool.pactape.providers.{message.provider}], which sends the message"
        left_out.append(LeftOut(message.cassette, message.index, reason))
        return None
    return Party(consumer, provider.name), message


def _key(sample: Sample, provider: ProviderSettings) -> GroupKey:
    templates = _templates(provider.openapi)
    discriminators = (*templates.discriminators, *DISCRIMINATORS)
    return first_key(sample, provider, templates=templates, discriminators=discriminators)


def _no_provider(exchange: Exchange) -> str:
    return f"no [tool.pactape.providers.*] has a url for {urlsplit(exchange.request.url).netloc}"


@lru_cache(maxsize=16)
def _templates_of(path: Path | None, _changed: int) -> Templates:
    return read_templates(path)


def _templates(path: Path | None) -> Templates:
    """The templates of a file, read once as long as it doesn't change."""
    return _templates_of(path, path.stat().st_mtime_ns if path and path.exists() else 0)
