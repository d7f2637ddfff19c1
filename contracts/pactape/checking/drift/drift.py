"""Drift: checking that providers still respond as they did when the tests were recorded."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes import read_cassette
from pactape.cassettes.finder import cassette_name, cassettes_below, other_recordings, project_cassettes
from pactape.checking.drift.recordings import compare_other_recordings, compare_recordings
from pactape.checking.drift.rerecording import FailedTest, record_again, test_name
from pactape.errors import BadInputError, CassetteFormatError, ProviderUnreachableError
from pactape.findings import Finding, Severity
from pactape.urls import is_below, origin
from pactape.verification.preflight import check_listening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["Drift", "find_drift"]

_MOST_ORIGINS = 5


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a drift check.

    Args:
        recordings: How many cassettes were recorded again.
        others: How many other recordings they were also compared with.
        findings: What the providers changed, most serious first, and then the tests that failed.
        unreachable: The tests that got no response; these could not be compared.
    """

    recordings: int
    findings: tuple[Finding, ...]
    unreachable: tuple[FailedTest, ...] = ()
    others: int = 0

    @property
    def exit_code(self) -> int:
        """The exit code: 0 for no breaking change, 1 for a breaking change, 2 if a provider can't be reached."""
        if self.unreachable:
            return 2
        return 1 if any(finding.severity is Severity.BREAKING for finding in self.findings) else 0


def find_drift(settings: Settings, *, live_urls: Mapping[str, str], arguments: Sequence[str] = ()) -> Drift:
    """Record the project's tests again into a temporary folder, and compare shapes; the project isn't changed.

    Args:
        settings: The project's settings.
        live_urls: Live base URL by provider key, for providers that are no longer where they were recorded.
            Requests to the URL in the settings go there, too.
        arguments: More arguments for pytest, for example paths of tests.

    Raises:
        ProviderUnreachableError: No server responds at a live URL.
        BadInputError: The tests can't be run, none of them sends a request to a provider with a live URL, or
            a cassette can't be read.
    """
    for url in live_urls.values():
        check_listening(url)
    with tempfile.TemporaryDirectory(prefix="pactape-drift-") as temporary:
        folder = Path(temporary) / "cassettes"
        folder.mkdir()
        run = record_again(settings.root, folder, live_urls=live_urls, arguments=arguments)
        after = {path: read_cassette(path) for path in sorted(cassettes_below(folder))}
        pairs = {settings.cassettes / path.relative_to(folder): path for path in after}
        unanswered = _without_responses(settings, run.passed, pairs, after.values())
        unreachable = (*(test for test in run.failed if test.is_unreachable), *unanswered)
        if not (after or unreachable or run.failed):
            raise BadInputError(
                "no test recorded a response", where=settings.root, remedy="select tests that are not skipped"
            )
        if not unreachable:
            _check_called(settings, live_urls, after.values())
        differences = compare_recordings(
            [path for path in pairs if path.is_file()],
            list(after),
            settings,
            incomplete=frozenset(
                cassette_name(path, settings) for path in _incomplete(pairs, after, run.failed)
            ),
        )
        others = other_recordings(settings) if after else []
        differences += compare_other_recordings(others, list(after), settings)
    failures = [_finding(test) for test in run.failed if not test.is_unreachable]
    return Drift(
        recordings=len(after),
        others=len(others),
        findings=(*sorted(set(differences)), *failures),
        unreachable=unreachable,
    )


def _finding(test: FailedTest) -> Finding:
    what = f"fails against the live provider: {test.message}"
    return Finding(Severity.BREAKING, test.name, what, rule="test-failed")


def _without_responses(
    settings: Settings,
    passed_tests: frozenset[str],
    pairs: Mapping[Path, Path],
    after: Iterable[list[Exchange]],
) -> Iterator[FailedTest]:
    """The tests that passed without any response though they have recordings, as if no provider were needed."""
    silent_tests = passed_tests - _tests_of(exchange for exchanges in after for exchange in exchanges)
    for path in project_cassettes(settings) if silent_tests else ():
        for name in sorted(() if path in pairs else silent_tests & _tests_of(_exchanges(path))):
            yield FailedTest(name=name, message="none of its requests got a response", is_unreachable=True)


def _exchanges(path: Path) -> list[Exchange]:
    with suppress(CassetteFormatError):
        return read_cassette(path)
    return []


def _tests_of(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """The names of the tests that recorded the exchanges."""
    return frozenset(test_name(exchange.provenance.test) for exchange in exchanges if exchange.provenance)


def _incomplete(
    pairs: Mapping[Path, Path], after: Mapping[Path, list[Exchange]], failed_tests: Iterable[FailedTest]
) -> list[Path]:
    """The recorded cassettes of the tests that failed, whose remaining requests were never sent."""
    names = {failed_test.name for failed_test in failed_tests}
    return [
        old
        for old, new in pairs.items()
        if any(entry.provenance and test_name(entry.provenance.test) in names for entry in after[new])
    ]


def _check_called(
    settings: Settings, live_urls: Mapping[str, str], recordings: Iterable[list[Exchange]]
) -> None:
    """Check that the tests sent requests to each provider with a live URL.

    Raises:
        ProviderUnreachableError: They sent none to one of them.
    """
    urls = [exchange.request.url for exchanges in recordings for exchange in exchanges]
    for key, live in live_urls.items():
        canonical = settings.providers[key].url
        if not any(is_below(url, canonical) for url in urls):
            origins = sorted({origin(url) for url in urls})
            raise ProviderUnreachableError(
                f"no test sent a request to the provider {key!r}, so {live} received none; requests went to "
                f"{', '.join(origins[:_MOST_ORIGINS]) or 'no address'}",
                where=canonical,
                remedy="set the provider's url to the address that the tests call, or use the fixture provider_url",
            )
