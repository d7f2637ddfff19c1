"""`pactape replay-server`: serve cassettes over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.serving import stop_on_signals
from pactape.cli.shared.unreadable import show_unreadable
from pactape.errors import CassetteFormatError

__all__ = ["replay_server"]


@click.command()
@click.argument("cassettes", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9293, show_default=True, help="0 chooses a free one."
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Serve only recordings of URLs below this one, at paths relative to it.",
)
@click.option(
    "--cors", metavar="ORIGIN", help="Allow pages of this origin to use the server; * for any origin."
)
def replay_server(
    cassettes: tuple[Path, ...], *, host: str, port: int, base_url: str | None, cors: str | None
) -> None:
    """Serve CASSETTES, files or folders, over HTTP until Ctrl-C or a TERM signal.

    Files of other recorders are served, too; any other file in a folder is skipped and listed. Requests are
    matched as in tests. Equal requests get their recorded responses in order, and then the last one again; a
    request without a recording gets 404 and the closest recorded requests.
    """
    from pactape.cassettes.finder import recordings_in  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.replaying import Recordings, ReplayServer  # noqa: PLC0415 -- as above
    from pactape.replaying.cors import page_origin  # noqa: PLC0415 -- as above

    origin = None if cors is None else page_origin(cors)
    files = [cassette for cassette in cassettes if cassette.is_file()]
    folder_files = [
        recording for folder in cassettes if folder.is_dir() for recording in recordings_in([folder])
    ]
    found = {path.resolve(): path for path in (*files, *filter(_is_readable, folder_files))}
    recordings = Recordings(found.values(), base_url=base_url)
    for entry in recordings.skipped:
        click.echo(f"skipped: {entry}", err=True)
    server = ReplayServer(recordings, host=host, port=port, cors=origin)
    stop_on_signals(server)
    click.echo(
        f"Replaying {count_of(len(recordings), 'interaction')} of {', '.join(recordings.origins)} at {server.url}"
    )
    server.serve()
    click.echo("Replay stopped")


def _is_readable(path: Path) -> bool:
    """Whether a file in a folder is a recording; one that isn't is reported and skipped."""
    from pactape.cassettes.contents import read_any  # noqa: PLC0415 -- keeps `pactape --help` quick

    try:
        read_any(path)
    except CassetteFormatError as error:
        show_unreadable(error)
        return False
    return True
