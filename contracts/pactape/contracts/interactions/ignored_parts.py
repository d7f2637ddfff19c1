"""Finds the parts of a request that the settings, or the test that recorded it, ignore."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pactape.cassettes.project_cassette import match_rules

if TYPE_CHECKING:
    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import Settings

__all__ = ["ignored_parts"]


def ignored_parts(sample: Sample, settings: Settings) -> HostRules:
    """Return the parts of a sample's request that are ignored.

    Raises:
        SettingsError: An entry of `ignore` can't be used.
    """
    rules = match_rules(settings)
    provenance = sample.exchange.provenance
    if provenance is not None and (provenance.ignore or provenance.ignore_body):
        rules = rules.adding(provenance.ignore, ignore_body=provenance.ignore_body)
    return rules.for_host(urlsplit(sample.exchange.request.url).netloc.rpartition("@")[2])
