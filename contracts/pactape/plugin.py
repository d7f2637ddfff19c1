"""The pytest plugin: markers `cassette` and `given`, `--pactape-record`, `provider_url`, `receive_message`.

Heavy modules (vcrpy, the settings) are imported when the first marked test is collected, not when pytest
starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pactape.errors import BadInputError
from pactape.garbage_collection import collection_paused
from pactape.pytest_record import options as recording
from pactape.pytest_verify import options as contract_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from pactape.pytest_record.config import RecordingConfig, RecordingConfigs
    from pactape.pytest_record.fixtures import FixtureCassettes
    from pactape.pytest_record.hygiene import HygieneReport
    from pactape.pytest_record.session import CassetteSession

__all__: list[str] = []

_CONFIGS = pytest.StashKey["RecordingConfigs"]()
_FIXTURES = pytest.StashKey["FixtureCassettes"]()
_HYGIENE = pytest.StashKey["HygieneReport"]()
_NARROWED = pytest.StashKey[bool]()
#: How a test ended so far: the outcome of its call or of a failed set-up, "failed" if one of its subtests failed.
_ENDING = pytest.StashKey[str]()
#: A pytest-xdist worker passes the error of a marker to the controller under this key.
_USAGE_KEY = "pactape_usage_error"
_USAGE = pytest.StashKey[str]()
_UNMATCHED = pytest.StashKey[dict[str, list[str]]]()
_SESSION = pytest.StashKey["CassetteSession"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    recording.add_options(parser.getgroup("pactape", "Pactape: recordings and contracts"))
    contract_tests.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    if contract_tests.is_requested(config):
        config.pluginmanager.register(contract_tests, "pactape-contract-tests")
    recording.add_markers(config)
    if config.getoption("--pactape-hygiene-output") and config.getoption("--pactape-hygiene") == "off":
        raise pytest.UsageError("--pactape-hygiene-output contradicts --pactape-hygiene=off; drop one")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cassette_items = [item for item in items if item.get_closest_marker("cassette")]
    if not cassette_items:
        return
    with collection_paused():  # importing a thousand modules creates no garbage, and looking for some is slow
        from pactape.pytest_record import session  # noqa: F401, PLC0415 -- as above
        from pactape.pytest_record.collection import check_items  # noqa: PLC0415 -- only marked tests need it
    try:
        check_items(cassette_items, _configs(config))
    except BadInputError as error:
        if not hasattr(config, "workeroutput"):
            pytest.exit(f"pactape: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        config.workeroutput[_USAGE_KEY] = str(error)  # the controller ends the run
        items.clear()
        return
    if _is_hygienic(config):
        _hygiene(config).register(items)
    _fixtures(config).register(cassette_items)
    for item in cassette_items:
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
    if _USAGE in config.stash:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    elif _HYGIENE in config.stash or config.getoption("--pactape-hygiene-output"):
        _hygiene(config).finish(session, saw_all=not config.stash.get(_NARROWED, False))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Called by pytest-xdist in the controller, when a worker has ended."""
    output = getattr(node, "workeroutput", {})
    if _USAGE_KEY in output:
        node.config.stash[_USAGE] = output[_USAGE_KEY]
        return
    data = output.get("pactape_hygiene")
    if data:
        _hygiene(node.config).merge(data)
    else:
        node.config.stash[_NARROWED] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    if call.excinfo is not None and _CONFIGS in item.config.stash:
        from pactape.pytest_record.unmatched import shorten_traceback  # noqa: PLC0415 -- only failures need it

        shorten_traceback(call, item.config.rootpath)
    report = yield
    if report.when == "setup":
        item.stash[_ENDING] = "" if report.passed else report.outcome
    elif report.when == "call" and item.stash.get(_ENDING, "") != "failed":
        item.stash[_ENDING] = report.outcome
    session = item.stash.get(_SESSION, None)
    if report.when == "teardown" and session is not None and session.cassette.unmatched:
        from pactape.pytest_record.unmatched import attach_unmatched  # noqa: PLC0415 -- as above

        attach_unmatched(report, session.cassette.unmatched)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _USAGE in terminalreporter.config.stash:
        terminalreporter.line(f"pactape: {terminalreporter.config.stash[_USAGE]}", red=True)
    texts = terminalreporter.config.stash.get(_UNMATCHED, {})
    if texts:
        from pactape.pytest_record.unmatched import show_unmatched  # noqa: PLC0415 -- only failures need it

        show_unmatched(terminalreporter, texts)


@pytest.hookimpl(wrapper=True)
def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> Generator[None, object, object]:
    """Collect the unmatched requests where reports arrive: in this process, or in xdist's controller."""
    texts = getattr(report, "pactape_unmatched", None)
    if texts:
        config.stash.setdefault(_UNMATCHED, {})[report.nodeid] = texts
    return (yield)


@pytest.fixture(scope="session")
def pactape_live_urls() -> Mapping[str, str]:
    """The base URLs of the providers while tests record, by the provider's key in the settings.

    Override it in a conftest.py to start a provider for recording; a provider that isn't in it is recorded at
    its canonical URL.
    """
    return {}


@pytest.fixture
def provider_url(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The base URL for a client: `provider_url("users")`; live while recording, else the canonical one."""
    config = _config_of(request)
    live = _live_urls(request)

    def url(key: str) -> str:
        return live.get(key) or config.provider(key).url

    return url


@pytest.fixture
def receive_message(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Receive a message of a queue or a topic: `receive_message("a user was created", provider="users", live=…)`.

    Replays it from the test's cassette; while recording it calls `live`, which receives a real one and
    returns a JSON value, its bytes, or a `pactape.cassettes.ReceivedMessage`. Returns a `ReceivedMessage`.
    """
    if not request.node.get_closest_marker("cassette"):
        pytest.fail("receive_message replays from a cassette: mark the test with @pytest.mark.cassette")
    session: CassetteSession = request.getfixturevalue("_pactape_cassette")
    return session.receive


@pytest.fixture
def _pactape_cassette(request: pytest.FixtureRequest) -> Iterator[CassetteSession]:
    from pactape.cassettes import TestOutcome  # noqa: PLC0415 -- pulls vcrpy in
    from pactape.pytest_record.markers import cassette_marker  # noqa: PLC0415 -- as above
    from pactape.pytest_record.session import cassette_session  # noqa: PLC0415 -- as above

    config, item = _config_of(request), request.node
    with cassette_session(config, item, live_urls=_live_urls(request)) as session:
        item.stash[_SESSION] = session
        yield session
        ending = item.stash.get(_ENDING, "")
        if ending == "skipped":
            session.cassette.outcome = TestOutcome.SKIPPED
        elif ending != "passed":
            keeps_cassette = config.keeps_failed
            session.cassette.outcome = TestOutcome.FAILED_AND_KEPT if keeps_cassette else TestOutcome.FAILED
        elif _is_hygienic(request.config):
            marker = cassette_marker(item)
            _hygiene(request.config).record_usage(
                session.cassette, allow_unused=marker.allow_unused, is_named=marker.path is not None
            )
    if _is_hygienic(request.config) and session.cassette.outcome is TestOutcome.PASSED:
        _hygiene(request.config).check_recording(session.cassette)


def _live_urls(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Return the live base URLs from the options or, without any, from the fixture, which may start providers."""
    config = _config_of(request)
    option_urls = config.options.live_urls
    if not config.records or option_urls.keys() >= config.settings.providers.keys() > set():
        return option_urls if config.records else {}
    with _fixtures(request.config).paused():
        fixture: Mapping[str, str] = request.getfixturevalue("pactape_live_urls")
    return {**fixture, **option_urls}


def _config_of(request: pytest.FixtureRequest) -> RecordingConfig:
    return _configs(request.config).of(request.node.path)


def _configs(config: pytest.Config) -> RecordingConfigs:
    """Return the configurations of the run; they read the settings when the first marked test needs them."""
    if _CONFIGS not in config.stash:
        from pactape.pytest_record.config import CommandLine, RecordingConfigs  # noqa: PLC0415 -- pulls vcrpy in

        options = CommandLine.from_options(
            mode=config.getoption("--pactape-record"),
            observes=config.getoption("--pactape-observe"),
            keeps_failed=config.getoption("--pactape-keep-failed"),
            cassettes=config.getoption("--pactape-cassettes"),
            live=config.getoption("--pactape-live"),
        )
        config.stash[_CONFIGS] = RecordingConfigs(options, working_folder=config.invocation_params.dir)
    return config.stash[_CONFIGS]


def _fixtures(config: pytest.Config) -> FixtureCassettes:
    """Return the cassettes of fixtures with a wider scope; a run without marked tests has none."""
    if _FIXTURES not in config.stash:
        from pactape.pytest_record.fixtures import FixtureCassettes  # noqa: PLC0415 -- only marked tests need it

        report = _hygiene(config) if _is_hygienic(config) else None
        config.stash[_FIXTURES] = FixtureCassettes(_configs(config), report)
        config.pluginmanager.register(config.stash[_FIXTURES], "pactape-fixtures")
    return config.stash[_FIXTURES]


def _hygiene(config: pytest.Config) -> HygieneReport:
    """Return the hygiene report of the run; it starts with the first marked test."""
    if _HYGIENE not in config.stash:
        from pactape.pytest_record.hygiene import HygieneReport  # noqa: PLC0415 -- only marked tests need it

        configs = _configs(config)
        configs.of(config.rootpath)
        config.stash[_HYGIENE] = HygieneReport(configs, config)
        config.pluginmanager.register(config.stash[_HYGIENE], "pactape-hygiene")
    return config.stash[_HYGIENE]


def _is_hygienic(config: pytest.Config) -> bool:
    return bool(config.getoption("--pactape-hygiene") != "off")
