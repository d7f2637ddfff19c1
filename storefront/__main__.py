"""`python -m storefront`: run all services in the foreground, on a temporary database."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn

import click
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from storefront.system import Storefront

__all__ = ["main"]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The users API's port; the other services use the ports after it. 0 chooses free ones.",
)
@click.option(
    "--token-lifetime",
    default=60,
    show_default=True,
    type=click.IntRange(1, 86_400),
    help="Seconds that an access token is valid.",
)
@click.option(
    "--events-bus",
    default="memory://",
    show_default=True,
    envvar="STOREFRONT_EVENTS_BUS_URL",
    show_envvar=True,
    help="The bus that carries user events to the mailer and the audit: also amqp:// or redis://.",
)
def serve(*, host: str, port: int, token_lifetime: int, events_bus: str) -> None:
    """Serve all services until Ctrl-C or a SIGTERM."""
    from storefront.system import running_storefront  # noqa: PLC0415 -- keeps option errors fast

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: stop.set())
    with ExitStack() as stack:
        storefront = stack.enter_context(
            running_storefront(host=host, port=port, token_lifetime=token_lifetime, events_bus=events_bus)
        )
        _print_addresses(storefront)
        stop.wait()
    click.echo("stopped")


def _print_addresses(storefront: Storefront) -> None:
    users = storefront.users
    click.echo(f"users API: {users.url} (PostgreSQL, an empty database)")
    click.echo(f"to get a token: curl -u {users.client_id}:{users.client_secret} \\")
    click.echo(f"  -d grant_type=client_credentials {users.url}/oauth/token")
    click.echo(f"for provider states: export STOREFRONT_STATES_DATABASE_URL='{users.database_url}'")
    for name, url in storefront.urls.items():
        if name not in {"users", "identity"}:
            click.echo(f"{name}: {url}")
    for client, secret in storefront.issuer.clients.items():
        click.echo(f"for tokens of the others: curl -u {client}:{secret} \\")
        click.echo(f"  -d grant_type=client_credentials {storefront.urls['identity']}/oauth/token")
    click.echo("all services are up")


def main() -> None:
    """Run the command and exit with 0, or with 2 and one error line that says how to fix it."""
    try:
        serve(standalone_mode=False)
    except click.ClickException as error:
        _refuse(f"{error.format_message()} Fix: see python -m storefront --help.")
    except BadInputError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    click.echo(f"storefront: {message}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
