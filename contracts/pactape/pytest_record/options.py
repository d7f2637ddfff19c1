"""The command-line options and markers of recording and replaying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.reports import FORMATS

if TYPE_CHECKING:
    import pytest

__all__ = ["add_markers", "add_options"]

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--pactape-record",
        {
            "choices": ("none", "once", "new_episodes", "all"),
            "default": "none",
            "help": "when tests marked `cassette` record: none (replay only, the default), once (tests "
            "without a cassette), new_episodes (missing requests), all (everything again; a "
            "cassette is replaced when its test passes)",
        },
    ),
    (
        "--pactape-cassettes",
        {"metavar": "FOLDER", "help": "use this folder of cassettes instead of [tool.pactape] cassettes"},
    ),
    (
        "--pactape-live",
        {
            "metavar": "KEY=URL",
            "action": "append",
            "default": [],
            "help": "the base URL of a provider while recording; takes precedence over the fixture "
            "`pactape_live_urls`. Repeatable",
        },
    ),
    (
        "--pactape-observe",
        {
            "action": "store_true",
            "help": "while replaying, note in each cassette which fields of JSON responses its test "
            "reads, so that contracts require only these (recording always does)",
        },
    ),
    (
        "--pactape-keep-failed",
        {
            "action": "store_true",
            "help": "write the recordings of failed tests, too; by default their cassettes are not "
            "changed. [tool.pactape] keep_failed does so for every run",
        },
    ),
    (
        "--pactape-hygiene",
        {
            "choices": ("report", "fail", "off"),
            "default": "report",
            "help": "expired, unused, unplayed, orphaned and unreplayable recordings: report them (the default; "
            "[tool.pactape.hygiene] fail_on lists those that fail the run), fail the run for any, or off",
        },
    ),
    (
        "--pactape-hygiene-format",
        {
            "choices": FORMATS,
            "default": "text",
            "help": "the format of that report: text (the default), json, junit, sarif, github or markdown",
        },
    ),
    (
        "--pactape-hygiene-output",
        {"metavar": "FILE", "help": "write that report to a file, and text to the summary"},
    ),
)
_MARKERS = (
    (
        "cassette(path=None, *, consumer=None, contract=True, allow=[], allow_unused=False, repeats=False, "
        'ignore=[], body="exact", ignore_hosts=[], ignore_localhost=False): '
        "replay this test's HTTP from a cassette; record it with --pactape-record. "
        "path: relative to [tool.pactape] cassettes, by default named after the test. "
        "consumer: if it is not the project's. contract: whether `pactape derive` uses it. "
        "allow, ignore_hosts, ignore_localhost: what is neither recorded nor blocked. "
        "allow_unused: whether it may hold more than the test plays. "
        "repeats: whether the last response to a request is repeated. "
        "ignore, body: parts of requests that don't count."
    ),
    (
        "given(state, **parameters): a provider state that the recording needs; set up while recording and "
        "written to the contract. Several can be stacked; the outermost comes first."
    ),
)


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options to pytest's command line."""
    for name, attributes in _OPTIONS:
        group.addoption(name, **attributes)


def add_markers(config: pytest.Config) -> None:
    """Register the markers."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
