"""`pactape replay-server`: cassettes over HTTP."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from pactape.errors import CassetteFormatError

__all__ = ["replay_server"]


@click.command()
@click.argument("cassettes", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9293, show_default=True, help="0 takes a free one."
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Serve only what was recorded below this URL, at paths that start after it.",
)
@click.option("--cors", metavar="ORIGIN", help="Let pages of this origin use the server; * for any origin.")
def replay_server(
    cassettes: tuple[Path, ...], *, host: str, port: int, base_url: str | None, cors: str | None
) -> None:
    """Serve CASSETTES, files or folders, over HTTP until Ctrl-C or a TERM signal.

    Recordings of other recorders are served, too; other files of a folder are skipped and named. Requests are
    matched as those of tests. Equal requests get their recorded responses in order, and then the last one again;
    a request without a recording gets 404 and the closest recorded requests.
    """
    from pactape.cassettes.finder import cassettes_in  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.replaying import Recordings, ReplayServer  # noqa: PLC0415 -- as above

    files = [each for each in cassettes if each.is_file()]
    found = [each for folder in cassettes if folder.is_dir() for each in cassettes_in([folder])]
    recordings = Recordings([*files, *filter(_is_readable, found)], base_url=base_url)
    server = ReplayServer(recordings, host=host, port=port, cors=cors)

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=server.stop).start()  # stopping waits for the thread that this interrupts

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"Replaying {len(recordings)} interactions of {', '.join(recordings.origins)} at {server.url}")
    server.serve()
    click.echo("Replay stopped")


def _is_readable(path: Path) -> bool:
    """Whether a file of a folder is a recording; one that isn't is named, and stops nothing."""
    from pactape.cassettes.contents import read_any  # noqa: PLC0415 -- keeps `pactape --help` quick

    try:
        read_any(path)
    except CassetteFormatError as error:
        click.echo(f"skipped: {error.where}: {error.what}", err=True)
        return False
    return True
