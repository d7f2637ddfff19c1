"""Soundness on a corpus of cassettes: every recording fulfils the contract derived from it.

Run as `python -m tests.conformance.soundness FOLDER [SAMPLE]`: each folder in FOLDER is a project, and SAMPLE is
the number of its cassettes to take ("all", or a number; 10 by default). Contracts are derived from them. Then the
replay server answers the request of each recording, and the official verifier and our own matcher verify the
response against the recording's interaction. Both also verify the response of another recording, which usually
breaks the contract. Exits with 1 when a recording breaks its contract or the two verifiers disagree, with 2 when
there is nothing to verify.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from pactape.cassettes import read_cassette
from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.derive import derive
from pactape.contracts.grouping.evidence import sample_evidence
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.pacts.pact import encode_pact
from pactape.contracts.samples.reader import SampleReader
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.errors import CassetteFormatError
from pactape.pactfile import read_pact
from pactape.replaying import Recordings, ReplayApplication, ReplayServer
from pactape.serving import running
from pactape.settings import ProviderSettings, load_settings
from pactape.verification import verify_provider
from pactape.verification.in_process.verifier import InProcessVerifier

from tests.conformance.helpers.soundness_report import Recording, Report, Verdict, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.contracts.interactions.interaction import Interaction
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Exchange
    from pactape.settings import Settings

DEFAULT_SAMPLE = 10
#: The verifier's time grows faster than the number of interactions in a file.
_AT_ONCE = 200
#: What the recordings leave out, and the verifier asks with: any credentials will do for a replay.
_HEADERS = {"Authorization": "Bearer anything"}


def main() -> int:
    """Judge every project; the exit code says whether all recordings are sound."""
    root = Path(sys.argv[1]).resolve()
    sample_argument = sys.argv[2] if len(sys.argv) > 2 else str(DEFAULT_SAMPLE)
    if sample_argument != "all" and not (sample_argument.isdecimal() and int(sample_argument)):
        print(f"{sample_argument!r} is no sample: give a number of cassettes, or all", file=sys.stderr)
        return 2
    sample = None if sample_argument == "all" else int(sample_argument)
    projects = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    reports = [report for path in projects if (report := judged(path, sample=sample)).cassettes]
    if not any(report.verdicts for report in reports):
        print(f"{root} holds no folder with recordings that give a contract", file=sys.stderr)
        return 2
    show(reports)
    return 1 if any(report.failed or report.disagreements for report in reports) else 0


def judged(folder: Path, *, sample: int | None = None) -> Report:
    """Derive contracts from the cassettes below a folder, and judge every recording that they came from.

    Args:
        folder: The project's cassettes, whatever their names end with.
        sample: How many of them; always the same ones. None for all.
    """
    with tempfile.TemporaryDirectory(prefix="pactape-soundness-") as temporary:
        root = Path(temporary)
        exclusions = Counter(_gather(folder, root / "cassettes", sample))
        cassettes = sum(1 for path in (root / "cassettes").rglob("*") if path.is_file())
        if not cassettes:
            return Report(
                project=folder.name,
                cassettes=0,
                interactions=0,
                verdicts=(),
                swapped=(),
                exclusions=dict(exclusions),
            )
        text = f'[tool.pactape]\nconsumer = "{folder.name}"\n'
        (root / "pyproject.toml").write_text(text, encoding="utf-8")
        settings = load_settings(root)
        recordings, reasons = recordings_of(settings)
        exclusions.update(reasons)
        return Report(
            project=folder.name,
            cassettes=cassettes,
            interactions=len(
                {(recording.parties, recording.interaction.description) for recording in recordings}
            ),
            verdicts=tuple(verdicts(recordings, root)),
            swapped=tuple(verdicts(swapped(recordings), root)),
            exclusions=dict(exclusions),
        )


def recordings_of(settings: Settings) -> tuple[list[Recording], list[str]]:
    """Every recording that a contract came from, in the order in which they are read; and why others take no part.

    Raises:
        AssertionError: A recording got lost between the contract and the cassettes.
    """
    with _every_recording_referred_to():
        derivation = derive(settings, all_fields=True)
    samples = dict(_samples(settings))
    recordings = [
        _recording(contract.parties, interaction, place, samples)
        for contract in derivation.contracts
        for interaction in contract.interactions
        for place in interaction.cassettes
    ]
    places = [recording.place for recording in recordings]
    excluded = {f"{exclusion.cassette}#{exclusion.index}" for exclusion in derivation.exclusions}
    samples = {place: sample for place, sample in samples.items() if place not in excluded}
    assert sorted(places) == sorted(samples), "recordings and contracts differ"
    order = {place: number for number, place in enumerate(samples)}
    return sorted(recordings, key=lambda each: order[each.place]), [
        exclusion.reason for exclusion in derivation.exclusions
    ]


@contextmanager
def _every_recording_referred_to() -> Iterator[None]:
    """Interactions refer to their first recordings only; meanwhile to all."""
    usual = sample_evidence.MOST_CASSETTES
    sample_evidence.MOST_CASSETTES = sys.maxsize
    try:
        yield
    finally:
        sample_evidence.MOST_CASSETTES = usual


def swapped(recordings: list[Recording]) -> list[Recording]:
    """Every recording with the answer that the next one of the same contract got."""
    by_contract = defaultdict(list)
    for recording in recordings:
        by_contract[recording.parties].append(recording)
    return [
        msgspec.structs.replace(
            exchange, exchange=msgspec.structs.replace(exchange.exchange, response=other.exchange.response)
        )
        for of_contract in by_contract.values()
        for exchange, other in zip(of_contract, [*of_contract[1:], of_contract[0]], strict=True)
    ]


def verdicts(recordings: Iterable[Recording], folder: Path) -> Iterator[Verdict]:
    """Have both judges look at recordings, provider by provider."""
    by_contract = defaultdict(list)
    for recording in recordings:
        by_contract[recording.parties].append(recording)
    for of_contract in by_contract.values():
        for start in range(0, len(of_contract), _AT_ONCE):
            yield from _judge(of_contract[start : start + _AT_ONCE], folder)


def _judge(recordings: list[Recording], folder: Path) -> Iterator[Verdict]:
    """Judge recordings of one provider.

    Equal requests get their answers in the order of the recordings, and the judges ask in the order of the file.
    """
    first = recordings[0]
    pact = folder / "pact.json"
    pact.write_bytes(
        encode_pact(first.parties, (_numbered(n, recording) for n, recording in enumerate(recordings)))
    )
    states = {state.name: _nothing for recording in recordings for state in recording.interaction.states}
    exchanges = [recording.exchange for recording in recordings]
    with running(ReplayServer(Recordings(exchanges=exchanges))) as server:
        official = verify_provider([pact], url=server.url, states=states, headers=_HEADERS)
    application = ReplayApplication(Recordings(exchanges=exchanges))
    with InProcessVerifier(application, states=states, headers=_HEADERS) as verifier:
        own = [verifier.verify(interaction) for interaction in read_pact(pact).interactions]
    by_description = {result.description: result for result in official.results}
    for recording, ours in zip(recordings, own, strict=True):
        yield Verdict(
            place=recording.place,
            description=recording.interaction.description,
            official=by_description[ours.description].failures,
            own=ours.failures,
        )


def _nothing(**_parameters: object) -> None: ...


def _numbered(number: int, recording: Recording) -> Interaction:
    """The interaction under a name that sorts by the place of the recording among the others."""
    description = f"{number:06} {recording.interaction.description}"
    return msgspec.structs.replace(recording.interaction, description=description)


def _samples(settings: Settings) -> Iterator[tuple[str, tuple[ProviderSettings, Sample, Exchange]]]:
    """Every recording that takes part, by its place, as the contract sees it and as it was answered.

    It is asked for with the placeholders that the contract asks with.
    """
    cache = ScrubbedCache(settings.cache_folder, ScrubRules.from_settings(settings.scrub))
    reader = SampleReader(settings, cache, all_fields=True)
    for path in find_cassettes(settings):
        recorded = read_cassette(path)
        for sample in reader.read(path).samples:
            exchange = sample.sample.exchange
            reference = f"{exchange.cassette}#{exchange.index}"
            exchange_of_sample = msgspec.structs.replace(recorded[exchange.index], request=exchange.request)
            yield reference, (sample.provider, sample.sample, _below(sample.provider, exchange_of_sample))


def _below(provider: ProviderSettings, exchange: Exchange) -> Exchange:
    """The exchange as one by https, where its host is the provider and was asked by http."""
    url = exchange.request.url
    if url.startswith("http://") and provider.url.startswith("https://"):
        request = msgspec.structs.replace(exchange.request, url=f"https://{_address(url)}")
        return msgspec.structs.replace(exchange, request=request)
    return exchange


def _address(url: str) -> str:
    """An address by http without the scheme and its own port."""
    return url.removeprefix("http://").replace(":80/", "/", 1)


def _recording(
    parties: ContractParties,
    interaction: Interaction,
    place: str,
    samples: dict[str, tuple[ProviderSettings, Sample, Exchange]],
) -> Recording:
    provider, sample, exchange = samples[place]
    own = msgspec.structs.replace(interaction, request=expected_request(sample, provider))
    return Recording(parties=parties, provider=provider, place=place, interaction=own, exchange=exchange)


def _gather(folder: Path, target: Path, sample: int | None) -> Iterator[str]:
    """Copy cassettes, and give the reasons for those that can't be read."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sampled_paths = sorted(paths, key=lambda path: hashlib.sha256(path.name.encode()).digest())[:sample]
    target.mkdir()
    for path in sorted(sampled_paths):
        name = path.relative_to(folder).as_posix()
        copy = target / (name if path.suffix in {".yaml", ".yml", ".json"} else f"{name}.yaml")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
        try:
            read_cassette(copy)
        except CassetteFormatError as error:
            copy.unlink()
            yield f"the cassette can't be read: {error.what}"


if __name__ == "__main__":
    sys.exit(main())
