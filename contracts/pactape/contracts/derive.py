"""The chain from cassettes to contracts: read, leave out, group, join, write."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pactape.cassettes import read_cassette
from pactape.contracts.boundary import without_secrets
from pactape.contracts.expectations import expected_request, expected_response
from pactape.contracts.grouping import GroupKey, LeftOut, Party, group, provider_of, reason_to_leave_out
from pactape.contracts.interaction import Interaction
from pactape.contracts.pact import encode_pact
from pactape.errors import CassetteFormatError, SettingsError
from pactape.files import write_atomically
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["Contract", "Derivation", "derive", "write_contracts"]


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A derived contract.

    Args:
        party: The consumer and the provider.
        interactions: What it holds.
        exchanges: How many recorded exchanges it comes from.
    """

    party: Party
    interactions: tuple[Interaction, ...]
    exchanges: int

    @property
    def file_name(self) -> str:
        """The name of its pact file: "<consumer>-<provider>.json"."""
        return f"{self.party.consumer}-{self.party.provider}.json".replace("/", "_")


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """All contracts that a project's recordings give, and what took no part.

    Args:
        cassettes: How many cassettes were read.
        contracts: In the order of consumer and provider.
        left_out: In the order of cassette and index.
    """

    cassettes: int
    contracts: tuple[Contract, ...]
    left_out: tuple[LeftOut, ...]


def derive(settings: Settings) -> Derivation:
    """Derive the contracts of a project from all its cassettes; nothing is written.

    Raises:
        CassetteFormatError: There is no cassette, or one can't be read.
    """
    paths = _cassettes(settings)
    chosen: dict[tuple[Party, ProviderSettings], list[Exchange]] = {}
    left_out: list[LeftOut] = []
    for exchange in _exchanges(paths, settings):
        provider = _provider(exchange, settings)
        clean, broken = _clean(exchange)
        reason = broken or reason_to_leave_out(clean) or ("" if provider else _no_provider(exchange))
        if reason or provider is None:
            left_out.append(LeftOut(exchange.cassette, exchange.index, reason))
            continue
        consumer = (exchange.provenance and exchange.provenance.consumer) or settings.consumer
        chosen.setdefault((Party(consumer, provider.name), provider), []).append(clean)
    contracts = [_contract(party, provider, exchanges) for (party, provider), exchanges in chosen.items()]
    _refuse_equal_files(contracts, settings)
    return Derivation(
        cassettes=len(paths),
        contracts=tuple(sorted(contracts, key=lambda each: each.party)),
        left_out=tuple(sorted(left_out)),
    )


def write_contracts(derivation: Derivation, folder: Path) -> list[Path]:
    """Write each contract to its file in `folder`; a file that already has these bytes is left alone.

    Returns:
        The files whose bytes changed.

    Raises:
        OutputError: A file can't be written.
    """
    files = {
        folder / each.file_name: encode_pact(each.party, each.interactions) for each in derivation.contracts
    }
    changed = [path for path, data in files.items() if _bytes_at(path) != data]
    for path in changed:
        write_atomically(path, files[path])
    return changed


def _bytes_at(path: Path) -> bytes | None:
    """What the file holds; None when it can't be read, and is to be written anew."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _cassettes(settings: Settings) -> list[Path]:
    paths = sorted(
        path for path in settings.cassettes.rglob("*") if path.suffix in {".yaml", ".yml", ".json"}
    )
    if not paths:
        raise CassetteFormatError(
            "holds no cassette",
            where=settings.cassettes,
            remedy="record one with `pytest --pactape-record once`, or set [tool.pactape] cassettes",
        )
    return paths


def _exchanges(paths: Iterable[Path], settings: Settings) -> Iterator[Exchange]:
    for path in paths:
        name = _name(path, settings)
        for exchange in read_cassette(path):
            yield msgspec.structs.replace(exchange, cassette=name)


def _name(path: Path, settings: Settings) -> str:
    """A cassette's path in the project; for one that lies elsewhere, its path in the folder of cassettes."""
    for folder in (settings.root, settings.cassettes):
        with suppress(ValueError):
            return path.relative_to(folder).as_posix()
    return path.name


def _clean(exchange: Exchange) -> tuple[Exchange, str]:
    """The exchange without secrets, and why that can't be had; empty when it can."""
    try:
        return without_secrets(exchange), ""
    except ValueError as error:
        return exchange, f"a body can't be read: {error}"


def _refuse_equal_files(contracts: list[Contract], settings: Settings) -> None:
    for name, count in Counter(contract.file_name for contract in contracts).items():
        if count > 1:
            raise SettingsError(
                f"{count} contracts would be written to {name}",
                where=settings.root / "pyproject.toml",
                remedy="give each provider in [tool.pactape.providers] a name of its own",
            )


def _provider(exchange: Exchange, settings: Settings) -> ProviderSettings | None:
    """The configured provider; in a project that configures none, every host is one, under its own name."""
    if settings.providers:
        return provider_of(exchange, settings.providers.values())
    parts = urlsplit(exchange.request.url)
    return ProviderSettings(key=parts.netloc, name=parts.netloc, url=f"{parts.scheme}://{parts.netloc}")


def _no_provider(exchange: Exchange) -> str:
    return f"no [tool.pactape.providers.*] has a url for {urlsplit(exchange.request.url).netloc}"


def _contract(party: Party, provider: ProviderSettings, exchanges: list[Exchange]) -> Contract:
    groups = group(exchanges, provider)
    phrases = _descriptions(groups)
    interactions = [
        _interaction(phrases[key], members, provider)
        for key, members in sorted(groups.items(), key=_group_order)
    ]
    return Contract(party=party, interactions=tuple(interactions), exchanges=len(exchanges))


def _group_order(item: tuple[GroupKey, list[Exchange]]) -> GroupKey:
    return item[0]


def _interaction(description: str, members: list[Exchange], provider: ProviderSettings) -> Interaction:
    first = members[0]
    return Interaction(
        description=description,
        states=first.provenance.states if first.provenance else (),
        request=expected_request(first, provider),
        response=expected_response(members),
        tests=tuple(sorted({each.provenance.test for each in members if each.provenance})),
        cassettes=tuple(sorted(f"{each.cassette}#{each.index}" for each in members)),
    )


def _descriptions(groups: dict[GroupKey, list[Exchange]]) -> dict[GroupKey, str]:
    """A phrase for each group: its first test's, with operation and status where it isn't unique."""
    plain = {key: _phrase(key, members) for key, members in groups.items()}
    longer = {key: f"{text} ({key.operation})" for key, text in _repeated(plain).items()}
    longest = {key: f"{text} → {key.status}" for key, text in _repeated(longer).items()}
    numbered = {
        key: f"{longest[key]} #{number}" for number, key in enumerate(sorted(_repeated(longest)), start=1)
    }
    return plain | longer | longest | numbered


def _phrase(key: GroupKey, members: list[Exchange]) -> str:
    provenance = members[0].provenance
    return provenance.description if provenance else f"{key.operation} → {key.status}"


def _repeated(phrases: dict[GroupKey, str]) -> dict[GroupKey, str]:
    counts = Counter(phrases.values())
    return {key: text for key, text in phrases.items() if counts[text] > 1}
