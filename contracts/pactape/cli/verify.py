"""`pactape verify`: a running provider against its contracts."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.errors import OutputError, PactFormatError
from pactape.provider_states import load_states
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.settings import ProviderSettings, Settings
    from pactape.verification import BrokerSource, Verification

__all__ = ["verify"]


@click.command()
@project_option
@click.argument("pacts", nargs=-1, type=click.Path(path_type=Path))
@click.option("--from-broker", is_flag=True, help="Take the contracts from the broker, not from files.")
@click.option(
    "--broker-url", help="The broker; by default PACT_BROKER_BASE_URL or [tool.pactape.broker] url."
)
@click.option(
    "--select",
    multiple=True,
    default=("main-branch", "deployed-or-released"),
    show_default=True,
    help="Which consumer versions' contracts: also matching-branch, latest, branch:NAME; may come several times.",
)
@click.option(
    "--publish-as", metavar="VERSION", help="Publish the results, as those of this provider version."
)
@click.option("--branch", help="The provider's branch.")
@click.option(
    "--provider", "key", help="The provider's key in [tool.pactape.providers]; the only one by default."
)
@click.option("--url", help="The running provider's base URL; not needed for contracts of messages only.")
@click.option(
    "--states", help='The provider-state handlers, "package.module:NAME" or a URL; by default the setting.'
)
@click.option(
    "--messages", help='The functions that make messages, "package.module:NAME"; by default the setting.'
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="A header for every request, above all a real Authorization; may come several times.",
)
def verify(
    *,
    project: Path,
    pacts: tuple[Path, ...],
    from_broker: bool,
    broker_url: str | None,
    select: tuple[str, ...],
    publish_as: str | None,
    branch: str | None,
    key: str | None,
    url: str | None,
    states: str | None,
    messages: str | None,
    headers: tuple[str, ...],
) -> None:
    """Have the official verifier replay contracts against a running provider.

    The contracts are PACTS, or without them those of the provider in the project's folder of pacts, or with
    --from-broker those that the broker selects.
    """
    from pactape.verification import verify_from_broker, verify_provider  # noqa: PLC0415 -- quick `pactape --help`
    from pactape.verification.message_factories import load_messages  # noqa: PLC0415 -- as above

    extra = dict(map(_header, headers))
    settings = load_settings(project)
    provider = settings.provider(key)
    handlers = load_states(states or provider.states, root=settings.root)
    makers = load_messages(messages or provider.messages, root=settings.root)
    if from_broker:
        if url is None and not makers:
            raise click.UsageError("--from-broker wants --url, or --messages for contracts of messages only")
        source = _source(settings, broker_url, select=select, version=publish_as, branch=branch)
        verification = verify_from_broker(
            provider.name, broker=source, url=url, states=handlers, headers=extra, messages=makers
        )
    else:
        _refuse_broker_options(publish_as=publish_as, branch=branch, broker_url=broker_url)
        files = list(pacts) or _pacts_of(settings, provider)
        verification = verify_provider(files, url=url, states=handlers, headers=extra, messages=makers)
        _remember(settings, files, verification)
    _show(verification)
    sys.exit(0 if verification.passed else 1)


def _remember(settings: Settings, files: list[Path], verification: Verification) -> None:
    from pactape.verification.history import remember_verification  # noqa: PLC0415 -- quick `pactape --help`

    with suppress(OutputError):  # a project that may only be read can be verified all the same
        remember_verification(settings.cache_folder, files, verification)


def _source(
    settings: Settings, url: str | None, *, select: tuple[str, ...], version: str | None, branch: str | None
) -> BrokerSource:
    from pactape.pact_cli.command import broker_url  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.verification import BrokerSource  # noqa: PLC0415 -- as above

    address = broker_url(url, settings.broker.url, os.environ)
    return BrokerSource(url=address, select=select, version=version, branch=branch)


def _refuse_broker_options(**given: str | None) -> None:
    for name, value in given.items():
        if value is not None:
            raise click.UsageError(f"--{name.replace('_', '-')} wants --from-broker")


def _pacts_of(settings: Settings, provider: ProviderSettings) -> list[Path]:
    from pactape.pactfile import read_pact  # noqa: PLC0415 -- keeps `pactape --help` quick

    found = [
        path for path in sorted(settings.pacts.glob("*.json")) if read_pact(path).provider == provider.name
    ]
    if not found:
        raise PactFormatError(
            f"holds no pact of the provider {provider.name!r}",
            where=settings.pacts,
            remedy="derive it with `pactape derive`, or name the files",
        )
    return found


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition(":")
    if not separator or not name.strip():
        raise click.BadParameter("write it as NAME:VALUE", param_hint="--header")
    return name.strip(), value.strip()


def _show(verification: Verification) -> None:
    for result in verification.results:
        click.echo(f"{'passed' if result.passed else 'FAILED'}  {result.consumer}: {result.description}")
        for failure in result.failures:
            click.echo(f"        {failure}")
    passed = len(verification.results) - len(verification.failed)
    click.echo(f"{verification.provider}: {passed} of {len(verification.results)} interactions passed")
