"""`pactape broker`: serve the embedded broker."""

from __future__ import annotations

import gc
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.broker import BrokerServer

__all__ = ["broker"]


@click.group(invoke_without_command=True)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=lambda: platformdirs.user_data_path("pactape", appauthor=False) / "broker.sqlite",
    show_default="broker.sqlite in your user data folder",
    help="The SQLite file; it is made when missing.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; others need credentials."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9292, show_default=True, help="0 takes a free one."
)
@click.option("--base-url", help="What links start with, when a proxy stands before the broker.")
@click.option(
    "--allow-contract-modification",
    is_flag=True,
    help="Let another content be published for the same consumer version.",
)
@click.option(
    "--webhook-host", "webhook_hosts", multiple=True, metavar="HOST", help="A host that webhooks may call."
)
@click.pass_context
def broker(
    context: click.Context,
    *,
    database: Path,
    host: str,
    port: int,
    base_url: str | None,
    allow_contract_modification: bool,
    webhook_hosts: tuple[str, ...],
) -> None:
    """Serve a Pact broker from one SQLite file until it is stopped by Ctrl-C or a TERM signal.

    Credentials come from the environment: PACTAPE_BROKER_USERNAME with PACTAPE_BROKER_PASSWORD, and lists of
    tokens separated by commas in PACTAPE_BROKER_WRITE_TOKENS and PACTAPE_BROKER_READ_TOKENS.
    """
    context.obj = database
    if context.invoked_subcommand is not None:
        return
    with _quick_start():
        from pactape.broker import BrokerConfig, BrokerServer  # noqa: PLC0415 -- keeps `pactape --help` quick
        from pactape.broker.credentials import read_credentials  # noqa: PLC0415 -- as above

        config = BrokerConfig(
            credentials=read_credentials(),
            base_url=base_url,
            allow_contract_modification=allow_contract_modification,
            webhook_hosts=webhook_hosts,
        )
        server = BrokerServer(database, host=host, port=port, config=config)
    _serve(server, database)


@contextmanager
def _quick_start() -> Iterator[None]:
    """What is imported stays for ever: the garbage collector needn't look at it, now or later."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _serve(server: BrokerServer, database: Path) -> None:
    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(
            target=server.stop
        ).start()  # stopping waits for the thread that this handler interrupts

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"Pact broker at {server.url}, database {database}")
    server.serve()
    click.echo("Pact broker stopped")


@broker.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(database: Path, *, target: Path) -> None:
    """Copy the database to TARGET, also while a broker serves it."""
    from pactape.broker.store.database.backup import back_up  # noqa: PLC0415 -- as above

    back_up(database, target)
    click.echo(f"{database} copied to {target}")


@broker.command()
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def restore(database: Path, *, source: Path) -> None:
    """Put SOURCE, a backup, in the place of a database that doesn't exist."""
    from pactape.broker.store.database.backup import restore as bring_back  # noqa: PLC0415 -- as above

    bring_back(source, database)
    click.echo(f"{database} restored from {source}")
