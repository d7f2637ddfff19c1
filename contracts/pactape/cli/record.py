"""`pactape record`: a proxy that records any client, in any language."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.errors import BadInputError
from pactape.settings import load_settings
from pactape.urls import url_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.exchange import ProviderState
    from pactape.recording_proxy import RecordingSessions
    from pactape.serving import HttpServer
    from pactape.settings import ProviderSettings, Settings

__all__ = ["record"]


@click.command()
@project_option
@click.option("--upstream", required=True, metavar="URL", help="The API to record.")
@click.option(
    "--provider", metavar="NAME", help="The provider that it is: recordings carry its canonical URL."
)
@click.option(
    "--cassettes",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for cassettes; by default the project's.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9294, show_default=True, help="0 takes a free one."
)
@click.option("--timeout", type=click.FloatRange(0.1), default=60, show_default=True, help="In seconds.")
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False),
    help="Certificates to trust when the API is reached by https.",
)
def record(
    *,
    project: Path,
    upstream: str,
    provider: str | None,
    cassettes: Path | None,
    host: str,
    port: int,
    timeout: float,
    ca_file: str | None,
) -> None:
    """Record what any client asks of the API at URL, until Ctrl-C or a TERM signal.

    Point the client at this server. The header Pactape-Test names the test that a request belongs to, and with it
    the cassette; Pactape-States its provider states, as a JSON array. POST /__pactape__/test with {"name": …,
    "states": […]} begins a test for all requests that follow, and DELETE ends it. Secrets are scrubbed before
    anything is written.
    """
    from pactape.recording_proxy import RecordingApplication, Upstream  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.serving import HttpServer  # noqa: PLC0415 -- as above

    _check_url(upstream)
    settings = load_settings(project)
    known = settings.provider(provider) if provider else None
    sessions = _sessions(settings, known, cassettes or settings.cassettes)
    application = RecordingApplication(
        Upstream(upstream, timeout=timeout, ca_file=ca_file),
        sessions,
        canonical_url=known.url if known else None,
    )
    server = HttpServer(application, host=host, port=port)
    _stop_on_signals(server)
    click.echo(f"Recording {upstream} at {server.url}")
    try:
        server.serve()
    finally:
        _finish(sessions)


def _check_url(upstream: str) -> None:
    if problem := url_error(upstream):
        raise BadInputError(
            f"--upstream {upstream!r} is not an absolute URL ({problem})", remedy="write it in full"
        )


def _sessions(settings: Settings, known: ProviderSettings | None, folder: Path) -> RecordingSessions:
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- as above
    from pactape.recording_proxy import RecordingSessions  # noqa: PLC0415 -- as above

    rules = ScrubRules.from_settings(settings.scrub)
    return RecordingSessions(folder, rules=rules, set_up=_set_up(settings, known))


def _stop_on_signals(server: HttpServer) -> None:
    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=server.stop).start()  # stopping waits for the thread that this interrupts

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _set_up(
    settings: Settings, provider: ProviderSettings | None
) -> Callable[[ProviderState], object] | None:
    """The function that sets the provider's states up; None when the project doesn't say how."""
    from pactape.provider_states import load_states, set_up  # noqa: PLC0415 -- as above

    if provider is None or provider.states is None:
        return None
    handlers = load_states(provider.states, root=settings.root)
    return lambda state: set_up(state, handlers)


def _finish(sessions: RecordingSessions) -> None:
    for each in sessions.finish_all():
        click.echo(f"{len(each.exchanges)} exchanges recorded in {each.path}")
    click.echo("Recording stopped")
