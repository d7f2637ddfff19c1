"""`pactape broker`: serve the embedded broker, back it up, clean it up."""

from __future__ import annotations

import gc
import json
import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

from pactape.cli.shared.serving import stop_on_signals
from pactape.errors import BadInputError
from pactape.imports import require_extra
from pactape.urls import base_url_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.broker import BrokerServer
    from pactape.broker.store.cleaning import CleaningResult
    from pactape.broker.store.keep_selectors import KeepSelector

__all__ = ["broker"]

_HOST = re.compile(r"(\*\.)?[^\s/:*@?#\[\]]+|[0-9a-fA-F:.]+:[0-9a-fA-F:.]*")


def _default_database() -> str:
    return str(platformdirs.user_data_path("pactape", appauthor=False) / "broker.sqlite")


@click.group(invoke_without_command=True)
@click.option(
    "--database",
    default=_default_database,
    show_default="broker.sqlite in your user data folder",
    metavar="FILE|ADDRESS",
    envvar="PACTAPE_BROKER_DATABASE",
    help="A SQLite file (created if missing), or postgresql+psycopg://user@host/name.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; an address of the network requires credentials.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9292, show_default=True, help="0 chooses a free one."
)
@click.option("--base-url", help="The base URL of links, for a broker behind a proxy.")
@click.option(
    "--allow-contract-modification",
    is_flag=True,
    help="Allow publishing different content for the same consumer version.",
)
@click.option(
    "--allow-similar-names",
    is_flag=True,
    help="Allow publishing for a new pacticipant whose name resembles another's.",
)
@click.option("--public-badges", is_flag=True, help="Allow reading badges without credentials.")
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
    allow_similar_names: bool,
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
    _check_addresses(base_url, webhook_hosts)
    with _quick_start():
        from pactape.broker import BrokerConfig, BrokerServer  # noqa: PLC0415 -- keeps `pactape --help` quick
        from pactape.broker.credentials import read_credentials  # noqa: PLC0415 -- as above

        config = BrokerConfig(
            credentials=read_credentials(),
            base_url=base_url,
            allow_contract_modification=allow_contract_modification,
            allow_similar_names=allow_similar_names,
            public_badges=public_badges,
            webhook_hosts=webhook_hosts,
        )
        server = BrokerServer(database, host=host, port=port, config=config)
    _serve(server)


def _check_addresses(base_url: str | None, webhook_hosts: tuple[str, ...]) -> None:
    """Refuse a base URL that links can't begin with, and hosts that no URL of a webhook has."""
    if base_url is not None and (problem := base_url_error(base_url)):
        raise BadInputError(
            f"--base-url {base_url!r} can't begin links: {problem}",
            remedy="write it as https://pacts.example.com",
        )
    for host in webhook_hosts:
        if not _HOST.fullmatch(host):
            raise BadInputError(
                f"--webhook-host {host!r} is not a host", remedy="write it as ci.example.com or *.example.com"
            )


@contextmanager
def _quick_start() -> Iterator[None]:
    """Keep the garbage collector from scanning imported modules, which are never freed."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _serve(server: BrokerServer) -> None:
    stop_on_signals(server)
    config = server.config
    click.echo(f"Pact broker at {server.url}, database {server.database}")
    click.echo(f"Access: {config.credentials.describe()}")
    if config.public_badges and config.credentials.required:
        click.echo("Badges: readable without credentials")
    click.echo(f"Webhooks may call: {', '.join(config.webhook_hosts) or 'no host (--webhook-host)'}")
    server.serve()
    click.echo("Pact broker stopped")


@broker.command(short_help="Copy the SQLite database.")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(database: str, *, target: Path) -> None:
    """Copy the SQLite database to TARGET, even while a broker serves it."""
    from pactape.broker.store.database.backup import back_up  # noqa: PLC0415 -- as above

    back_up(_file(database, "pg_dump"), target)
    click.echo(f"{database} backed up to {target}")


@broker.command(short_help="Restore a backup of the SQLite database.")
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
        raise BadInputError("only SQLite databases can be backed up", remedy=f"use {instead} for PostgreSQL")
    return Path(database)


@broker.command(short_help="Delete versions that are no longer needed.")
@click.option(
    "--keep",
    metavar="JSON",
    help='Versions to keep, a list: [{"branch": true, "latest": true}, {"deployed": true}, {"max_age": 30}].',
)
@click.option("--limit", type=click.IntRange(1), help="Delete at most this many versions, oldest first.")
@click.option(
    "--delete", "really", is_flag=True, help="Delete; without this option, versions are only counted."
)
@click.pass_obj
def clean(database: str, *, keep: str | None, limit: int | None, really: bool) -> None:
    """Delete versions that are no longer needed, with their contracts and results.

    By default, the latest versions of every branch, tag and pacticipant are kept, and so is every version
    that is deployed, released, or younger than 90 days.
    """
    from pactape.broker.store.keep_selectors import DEFAULT_KEEP  # noqa: PLC0415 -- as above

    selectors = DEFAULT_KEEP if keep is None else _selectors(keep)
    _report(_clean(database, selectors, limit=limit, really=really), really=really)


def _clean(
    database: str, selectors: tuple[KeepSelector, ...], *, limit: int | None, really: bool
) -> CleaningResult:
    from pactape.broker.store.cleaning import clean as count_others  # noqa: PLC0415 -- as above
    from pactape.broker.store.cleaning import clean_in_batches, unknown_names  # noqa: PLC0415 -- as above
    from pactape.broker.store.database.base import utc_now  # noqa: PLC0415 -- as above
    from pactape.broker.store.database.opening import is_address, open_database  # noqa: PLC0415 -- as above

    if not is_address(database) and not Path(database).is_file():
        raise BadInputError("there is no such database", where=database, remedy="name it with --database")
    with closing(open_database(database)) as store:
        with store.reading() as connection:
            missing_names = unknown_names(connection, selectors)
            if missing_names:
                raise BadInputError(
                    f"--keep names something that doesn't exist: {', '.join(missing_names)}",
                    where=database,
                    remedy="check the spelling",
                )
            if not really:
                return count_others(connection, selectors, now=utc_now(), limit=limit, dry_run=True)
        return clean_in_batches(store, selectors, now=utc_now(), limit=limit)


def _selectors(text: str) -> tuple[KeepSelector, ...]:
    from pactape.broker.store.keep_selectors import read_keep_selectors  # noqa: PLC0415 -- as above

    try:
        return read_keep_selectors(json.loads(text))
    except ValueError as error:
        raise BadInputError(
            f"--keep is not valid: {error}", remedy='write a list such as [{"branch": true, "latest": true}]'
        ) from None


def _report(result: CleaningResult, *, really: bool) -> None:
    verb = "Deleted" if really else "Would delete"
    for name in sorted({*result.deleted, *result.kept}):
        deleted, remaining = result.deleted.get(name, 0), result.kept.get(name, 0)
        click.echo(f"{name}: {deleted} of {deleted + remaining} versions")
    click.echo(f"{verb} {sum(result.deleted.values())} versions; {sum(result.kept.values())} kept")
    if really:
        rows = ", ".join(f"{count} {name}" for name, count in result.counts.items())
        click.echo(f"Rows deleted: {rows}")
    elif result.deleted:
        click.echo("Dry run: nothing was deleted. Add --delete to delete")
