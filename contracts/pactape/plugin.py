"""The pytest plugin: markers `cassette` and `given`, `--pactape-record`, `provider_url`, `receive_message`.

Whatever is heavy (vcrpy, the settings) is imported when the first marked test runs, not when pytest starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pactape.errors import BadInputError
from pactape.pytest_verify import options as contract_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from pactape.pytest_record.hygiene import Watch
    from pactape.pytest_record.session import Playing, Recording

__all__: list[str] = []

_MODES = ("none", "once", "new_episodes", "all")
_WATCH = pytest.StashKey["Watch"]()
_NARROWED = pytest.StashKey[bool]()
_PASSED = pytest.StashKey[bool]()
_RECORDING = pytest.StashKey["Recording"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pactape", "Pactape: recordings and contracts")
    group.addoption(
        "--pactape-record",
        choices=_MODES,
        default="none",
        help="when tests marked `cassette` record: none (replay only, the default), once (what has no "
        "cassette yet), new_episodes (what is missing), all (everything anew; replaces a cassette when its "
        "test passes)",
    )

    group.addoption(
        "--pactape-cassettes",
        metavar="FOLDER",
        help="use the cassettes of another folder than [tool.pactape] cassettes",
    )
    group.addoption(
        "--pactape-live",
        metavar="KEY=URL",
        action="append",
        default=[],
        help="while recording, the provider of this key is at this base URL; goes before the fixture "
        "`pactape_live_urls`. May come several times",
    )
    group.addoption(
        "--pactape-observe",
        action="store_true",
        help="while replaying, note in each cassette which fields of JSON answers its test reads, so that "
        "contracts hold only these (recording always does)",
    )
    group.addoption(
        "--pactape-keep-failed",
        action="store_true",
        help="write what a test recorded though the test failed; without it the cassette stays as it was. "
        "[tool.pactape] keep_failed does so for every run",
    )

    group.addoption(
        "--pactape-hygiene",
        choices=("report", "fail", "off"),
        default="report",
        help="expired, unused, unplayed and orphaned recordings: report them (the default; [tool.pactape.hygiene] "
        "fail_on says which of them fail the run), fail the run for any, or off",
    )

    contract_tests.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    if contract_tests.is_asked_for(config):
        config.pluginmanager.register(contract_tests, "pactape-contract-tests")
    config.addinivalue_line(
        "markers",
        "cassette(path=None, *, consumer=None, contract=True, allow=(), allow_unused=False): "
        "replay this test's HTTP from a cassette; "
        "record it with --pactape-record. path: relative to [tool.pactape] cassettes, by default named after "
        "the test. consumer: another than the project's. contract: whether `pactape derive` uses it. "
        "allow: hosts, host:port or Unix sockets that stay open while it replays. allow_unused: whether it may "
        "hold more than the test plays.",
    )
    config.addinivalue_line(
        "markers",
        "given(state, **parameters): a provider state that the recording needs; set up while recording and "
        "written to the contract. Several stack, the outermost first.",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("cassette")]
    if not marked:
        return
    try:
        recording = _recording(config)
        recording.claim_cassettes(marked)
    except BadInputError as error:
        pytest.exit(f"pactape: {error}", returncode=2)
    if config.getoption("--pactape-hygiene") != "off":
        _watch(config).own(items)
    for item in marked:
        if isinstance(item, pytest.Function):
            item.fixturenames.insert(0, "_pactape_cassette")


def pytest_deselected(items: list[pytest.Item]) -> None:
    if items:
        items[0].config.stash[_NARROWED] = True


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if not report.passed:
        collector.config.stash[_NARROWED] = True
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if _WATCH in config.stash:
        _watch(config).judge(session, saw_all=not config.stash.get(_NARROWED, False))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Called by pytest-xdist in the controller, when a worker has ended."""
    told = getattr(node, "workeroutput", {}).get("pactape_hygiene")
    if told:
        _watch(node.config).hear(told)
    else:
        node.config.stash[_NARROWED] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report


def _watch(config: pytest.Config) -> Watch:
    """What keeps account of the run's cassettes, from the first marked test on."""
    if _WATCH not in config.stash:
        from pactape.pytest_record.hygiene import Watch  # noqa: PLC0415 -- only marked tests need it

        config.stash[_WATCH] = Watch(_recording(config), config)
        config.pluginmanager.register(config.stash[_WATCH], "pactape-hygiene")
    return config.stash[_WATCH]


@pytest.fixture(scope="session")
def pactape_live_urls() -> Mapping[str, str]:
    """Where the providers are while tests record: base URL by the provider's key in the settings.

    Override it in a conftest.py to start a provider for recording; a provider that isn't in it is recorded at
    its canonical URL.
    """
    return {}


@pytest.fixture
def provider_url(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The base URL for a client: `provider_url("users")`; live while recording, else the canonical one."""
    recording = _recording(request.config)
    live = _live_urls(request)

    def url(key: str) -> str:
        return live.get(key) or recording.provider(key).url

    return url


@pytest.fixture
def receive_message(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Receive a message of a queue or a topic: `receive_message("a user was created", provider="users", live=…)`.

    Replays it from the test's cassette; while recording it calls `live`, which receives a real one and gives a
    JSON value, its bytes, or a `pactape.cassettes.ReceivedMessage`. Gives a `ReceivedMessage`.
    """
    if not request.node.get_closest_marker("cassette"):
        pytest.fail("receive_message replays from a cassette: mark the test with @pytest.mark.cassette")
    playing: Playing = request.getfixturevalue("_pactape_cassette")
    return playing.receive


@pytest.fixture
def _pactape_cassette(request: pytest.FixtureRequest) -> Iterator[Playing]:
    recording = _recording(request.config)
    with recording.of(request.node, live_urls=_live_urls(request)) as playing:
        yield playing
        tape = playing.tape
        if not request.node.stash.get(_PASSED, False):
            tape.excuse() if recording.keeps_failed else tape.forget()
        elif request.config.getoption("--pactape-hygiene") != "off":
            _watch(request.config).saw(tape, allow_unused=recording.allows_unused(request.node))


def _live_urls(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Where the providers are: as the options say, else as the fixture says, which may have to start them."""
    recording = _recording(request.config)
    if not recording.records or recording.live_urls.keys() >= recording.settings.providers.keys() > set():
        return recording.live_urls if recording.records else {}
    fixture: Mapping[str, str] = request.getfixturevalue("pactape_live_urls")
    return {**fixture, **recording.live_urls}


def _recording(config: pytest.Config) -> Recording:
    """The settings and the record mode, read when the first marked test asks for them."""
    if _RECORDING not in config.stash:
        from pactape.pytest_record.session import Recording  # noqa: PLC0415 -- pulls vcrpy in

        config.stash[_RECORDING] = Recording.from_root(
            Path(config.rootpath),
            mode=config.getoption("--pactape-record"),
            observes=config.getoption("--pactape-observe"),
            keeps_failed=config.getoption("--pactape-keep-failed"),
            cassettes=config.getoption("--pactape-cassettes"),
            live=config.getoption("--pactape-live"),
        )
    return config.stash[_RECORDING]
