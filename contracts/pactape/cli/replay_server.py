"""`pactape replay-server`: cassettes over HTTP."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

__all__ = ["replay_server"]


@click.command()
@click.argument("cassettes", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9293, show_default=True, help="0 takes a free one."
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Serve only what was recorded below this URL, at paths that start after it.",
)
def replay_server(cassettes: tuple[Path, ...], *, host: str, port: int, base_url: str | None) -> None:
    """Serve CASSETTES, files or folders, over HTTP until Ctrl-C or a TERM signal.

    Requests are matched as tests' are. Equal requests get their recorded answers in order, and in the end the last
    one again; what isn't recorded gets 404 and the nearest recorded requests.
    """
    from pactape.cassettes.finder import cassettes_in  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.replaying import Recordings, ReplayServer  # noqa: PLC0415 -- as above

    recordings = Recordings(cassettes_in(cassettes), base_url=base_url)
    server = ReplayServer(recordings, host=host, port=port)

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=server.stop).start()  # stopping waits for the thread that this interrupts

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"Replaying {len(recordings)} interactions of {', '.join(recordings.origins)} at {server.url}")
    server.serve()
    click.echo("Replay stopped")
