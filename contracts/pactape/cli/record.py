"""`pactape record`: record any client, in any language, through a proxy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.serving import stop_on_signals
from pactape.errors import BadInputError
from pactape.settings import load_settings
from pactape.urls import base_url_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.exchange import ProviderState
    from pactape.recording_proxy import RecordingSessions
    from pactape.settings import ProviderSettings, Settings

__all__ = ["record"]


@click.command()
@project_option
@click.option("--upstream", required=True, metavar="URL", help="The API to record.")
@click.option("--provider", metavar="NAME", help="The provider behind it; its canonical URL is recorded.")
@click.option(
    "--cassettes",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for cassettes. [default: the project's]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9294, show_default=True, help="0 chooses a free one."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=60,
    show_default=True,
    help="Time limit of a response, in seconds.",
)
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False),
    help="Certificates to trust when the API uses https.",
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
    """Record the requests that any client sends to the API at URL, until Ctrl-C or a TERM signal.

    Point the client at this server. The header Pactape-Test names the test that a request belongs to, and so
    its cassette; Pactape-States gives its provider states as a JSON array. POST /__pactape__/test with
    {"name": …, "states": […]} starts a test for all requests that follow, and DELETE ends it. Secrets are
    scrubbed before anything is written.
    """
    from pactape.cassettes.format.locking import locked  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.recording_proxy import RecordingProxy, Upstream  # noqa: PLC0415 -- as above

    _check_url(upstream)
    settings = load_settings(project)
    provider_settings = settings.provider(provider) if provider else None
    folder = cassettes or settings.cassettes
    sessions = _sessions(settings, provider_settings, folder)
    server = RecordingProxy(
        Upstream(upstream, timeout=timeout, ca_file=ca_file),
        sessions,
        canonical_url=provider_settings.url if provider_settings else None,
        host=host,
        port=port,
    )
    # Two recordings would replace each other's cassettes of tests with equal names.
    remedy = "end the other `pactape record`, or name a folder for each with --cassettes"
    with server, locked(folder, seconds=0, remedy=remedy):
        stop_on_signals(server)
        click.echo(f"Recording {upstream} at {server.url}")
        try:
            server.serve()
        finally:
            _finish(sessions)
    if sessions.failures:
        sys.exit(1)


def _check_url(upstream: str) -> None:
    if problem := base_url_error(upstream):
        raise BadInputError(
            f"--upstream {upstream!r} is not a base URL ({problem})",
            remedy="write it as https://api.example.com/v1",
        )


def _sessions(settings: Settings, provider: ProviderSettings | None, folder: Path) -> RecordingSessions:
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- as above
    from pactape.recording_proxy import RecordingSessions  # noqa: PLC0415 -- as above

    rules = ScrubRules.from_settings(settings.scrub)
    return RecordingSessions(folder, rules=rules, set_up=_set_up(settings, provider))


def _set_up(
    settings: Settings, provider: ProviderSettings | None
) -> Callable[[ProviderState], object] | None:
    """The function that sets up the provider's states; None when the project has none."""
    from pactape.provider_states import load_states, set_up  # noqa: PLC0415 -- as above

    if provider is None or provider.states is None:
        return None
    handlers = load_states(provider.states, root=settings.root)
    return lambda state: set_up(state, handlers)


def _finish(sessions: RecordingSessions) -> None:
    for session in sessions.finish_all():
        click.echo(f"{count_of(len(session.exchanges), 'exchange')} recorded in {session.path}")
    for failure in sessions.failures:
        click.echo(f"not recorded: {failure}", err=True)
    click.echo("Recording stopped")
