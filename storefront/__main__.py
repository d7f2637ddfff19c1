"""`python -m storefront`: the users API in the foreground, on a database of its own."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import ExitStack
from typing import NoReturn

import click
from pactape.errors import BadInputError

__all__ = ["main"]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
def serve(*, host: str, port: int) -> None:
    """Serve the users API until Ctrl-C or a SIGTERM."""
    from storefront.users.service import running_users_api  # noqa: PLC0415 -- a misspelt option need not wait for it

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: stop.set())
    with ExitStack() as stack:
        service = stack.enter_context(running_users_api(host=host, port=port))
        click.echo(f"users API: {service.url} (PostgreSQL, an empty database)")
        click.echo(f"to get a token: curl -u {service.client_id}:{service.client_secret} \\")
        click.echo(f"  -d grant_type=client_credentials {service.url}/oauth/token")
        click.echo(f"for provider states: export STOREFRONT_STATES_DATABASE_URL='{service.database_url}'")
        stop.wait()
    click.echo("stopped")


def main() -> None:
    """Run the command and leave with its exit code: 0, or 2 with one line that says what to do."""
    try:
        serve(standalone_mode=False)
    except click.ClickException as error:
        _refuse(f"{error.format_message()} To mend it: see python -m storefront --help.")
    except BadInputError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    click.echo(f"storefront: {message}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
