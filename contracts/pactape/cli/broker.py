"""`pactape broker`: serve the embedded broker, back it up, clean it."""

from __future__ import annotations

import gc
import json
import signal
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

from pactape.errors import BadInputError
from pactape.imports import require_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.broker import BrokerServer
    from pactape.broker.store.cleaning import Cleaned, KeepSelector

__all__ = ["broker"]


def _default_database() -> str:
    return str(platformdirs.user_data_path("pactape", appauthor=False) / "broker.sqlite")


@click.group(invoke_without_command=True)
@click.option(
    "--database",
    default=_default_database,
    show_default="broker.sqlite in your user data folder",
    metavar="FILE|ADDRESS",
    envvar="PACTAPE_BROKER_DATABASE",
    help="A SQLite file, which is created when missing, or postgresql+psycopg://user@host/name.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen at; others need credentials.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9292, show_default=True, help="0 takes a free one."
)
@click.option("--base-url", help="What links start with, for a broker behind a proxy.")
@click.option(
    "--allow-contract-modification",
    is_flag=True,
    help="Allow another content to be published for the same consumer version.",
)
@click.option("--public-badges", is_flag=True, help="Let everybody read badges without credentials.")
@click.option(
    "--webhook-host", "webhook_hosts", multiple=True, metavar="HOST", help="A host that webhooks may call."
)
@click.pass_context
def broker(
    context: click.Context,
    *,
    database: str,
    host: str,
    port: int,
    base_url: str | None,
    allow_contract_modification: bool,
    public_badges: bool,
    webhook_hosts: tuple[str, ...],
) -> None:
    """Serve a Pact broker until it is stopped by Ctrl-C or a TERM signal.

    Credentials come from the environment: PACTAPE_BROKER_USERNAME with PACTAPE_BROKER_PASSWORD, and lists of
    tokens separated by commas in PACTAPE_BROKER_WRITE_TOKENS and PACTAPE_BROKER_READ_TOKENS.
    """
    require_extra("broker", "the embedded broker", "sqlalchemy", "jinja2", "cheroot")
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
            public_badges=public_badges,
            webhook_hosts=webhook_hosts,
        )
        server = BrokerServer(database, host=host, port=port, config=config)
    _serve(server)


@contextmanager
def _quick_start() -> Iterator[None]:
    """Keep the garbage collector from looking at what is imported, which stays for ever."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _serve(server: BrokerServer) -> None:
    def stop(_signal: int, _frame: object) -> None:
        # Stopping waits for the thread that this handler interrupts.
        threading.Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    config = server.config
    click.echo(f"Pact broker at {server.url}, database {server.database}")
    click.echo(f"Access: {config.credentials.describe()}")
    if config.public_badges and config.credentials.required:
        click.echo("Badges: everybody may read them")
    click.echo(f"Webhooks may call: {', '.join(config.webhook_hosts) or 'no host (--webhook-host)'}")
    server.serve()
    click.echo("Pact broker stopped")


@broker.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(database: str, *, target: Path) -> None:
    """Copy the SQLite database to TARGET, also while a broker serves it."""
    from pactape.broker.store.database.backup import back_up  # noqa: PLC0415 -- as above

    back_up(_file(database, "pg_dump"), target)
    click.echo(f"{database} backed up to {target}")


@broker.command()
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def restore(database: str, *, source: Path) -> None:
    """Restore SOURCE, a backup, to a SQLite database that doesn't exist."""
    from pactape.broker.store.database.backup import restore as restore_backup  # noqa: PLC0415 -- as above

    restore_backup(source, _file(database, "pg_restore"))
    click.echo(f"{database} restored from {source}")


def _file(database: str, instead: str) -> Path:
    from pactape.broker.store.database.opening import is_address  # noqa: PLC0415 -- as above

    if is_address(database):
        raise BadInputError("backups are made of SQLite files only", remedy=f"use {instead} for PostgreSQL")
    return Path(database)


@broker.command()
@click.option(
    "--keep",
    metavar="JSON",
    help='What to keep: a list such as [{"branch": true, "latest": true}, {"deployed": true}, {"max_age": 30}].',
)
@click.option(
    "--limit", type=click.IntRange(1), help="How many versions to delete at most, the oldest first."
)
@click.option("--delete", "really", is_flag=True, help="Delete; without it the command only counts.")
@click.pass_obj
def clean(database: str, *, keep: str | None, limit: int | None, really: bool) -> None:
    """Delete versions that nobody needs any more, with their contracts and results.

    By default the latest versions of every branch, of every tag and of every pacticipant are kept, and what is
    deployed, released, or younger than 90 days.
    """
    from pactape.broker.store.cleaning import DEFAULT_KEEP  # noqa: PLC0415 -- as above

    selectors = DEFAULT_KEEP if keep is None else _selectors(keep)
    _report(_clean(database, selectors, limit=limit, really=really), really=really)


def _clean(database: str, selectors: tuple[KeepSelector, ...], *, limit: int | None, really: bool) -> Cleaned:
    from pactape.broker.store.cleaning import clean as delete_others  # noqa: PLC0415 -- as above
    from pactape.broker.store.database.base import utc_now  # noqa: PLC0415 -- as above
    from pactape.broker.store.database.opening import is_address, open_database  # noqa: PLC0415 -- as above

    if not is_address(database) and not Path(database).is_file():
        raise BadInputError("there is no such database", where=database, remedy="name it with --database")
    with closing(open_database(database)) as opened:
        transaction = opened.writing() if really else opened.reading()
        with transaction as connection:
            return delete_others(connection, selectors, now=utc_now(), limit=limit, dry_run=not really)


def _selectors(text: str) -> tuple[KeepSelector, ...]:
    from pactape.broker.store.cleaning import read_keep_selectors  # noqa: PLC0415 -- as above

    try:
        return read_keep_selectors(json.loads(text))
    except ValueError as error:
        raise BadInputError(
            f"--keep can't be read: {error}", remedy='write a list such as [{"branch": true, "latest": true}]'
        ) from None


def _report(cleaned: Cleaned, *, really: bool) -> None:
    verb = "Deleted" if really else "Would delete"
    for name in sorted({*cleaned.deleted, *cleaned.kept}):
        gone, left = cleaned.deleted.get(name, 0), cleaned.kept.get(name, 0)
        click.echo(f"{name}: {gone} of {gone + left} versions")
    click.echo(f"{verb} {sum(cleaned.deleted.values())} versions; {sum(cleaned.kept.values())} are kept")
    if really:
        shown = ", ".join(f"{count} {name}" for name, count in cleaned.counts.items())
        click.echo(f"Rows deleted: {shown}")
    elif cleaned.deleted:
        click.echo("Nothing has been deleted: this was a dry run (--delete)")
