"""`pactape publish`: the project's contracts to a broker, by the official command."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pactape.cli._broker_options import ask_broker, broker_options, version_or_commit
from pactape.cli._options import project_option
from pactape.errors import PactFormatError
from pactape.settings import load_settings

__all__ = ["publish"]


# What the official command prints when contents conflict, with and without the broker's own sentence.
_REFUSED = ("409 Conflict", "Cannot change the content of the pact", "Cannot merge the pact")


@click.command()
@project_option
@broker_options
@click.argument("pacts", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--version", help="The consumer's version; by default the commit, when nothing is uncommitted.")
@click.option("--branch", help="The consumer's branch; by default git's or the CI's.")
@click.option("--tag", "tags", multiple=True, help="A tag for the version; may come several times.")
@click.option("--tag-with-branch", is_flag=True, help="Tag the version with its branch, too.")
@click.option("--build-url", help="The address of the build; by default the CI's.")
@click.option(
    "--merge", is_flag=True, help="Join interactions with those published for this version already."
)
def publish(
    *,
    project: Path,
    broker_url: str | None,
    retries: int,
    dry_run: bool,
    pacts: tuple[Path, ...],
    version: str | None,
    branch: str | None,
    tags: tuple[str, ...],
    tag_with_branch: bool,
    build_url: str | None,
    merge: bool,
) -> None:
    """Publish PACTS, by default all contracts in the project's folder of pacts.

    Exit codes: 0 published; 1 refused, as this version has another contract already; 2 could not publish.
    """
    from pactape.pact_cli.revision import branch_of, build_url_of  # noqa: PLC0415 -- quick `--help`

    settings = load_settings(project)
    files = [str(path) for path in pacts] or _all_pacts(settings.pacts)
    name = branch or branch_of(settings.root, os.environ)
    tagged = [*tags, *([name] if name and tag_with_branch else [])]
    build = build_url or build_url_of(os.environ)
    arguments = [
        "publish",
        *files,
        *("--consumer-app-version", version_or_commit(settings, version)),
        *(("--branch", name) if name else ()),
        *(part for tag in tagged for part in ("--tag", tag)),
        *(("--build-url", build) if build else ()),
        *(("--merge",) if merge else ()),
    ]
    ask_broker(settings, arguments, url=broker_url, retries=retries, dry_run=dry_run, no_when=_REFUSED)


def _all_pacts(folder: Path) -> list[str]:
    found = [str(path) for path in sorted(folder.glob("*.json"))]
    if not found:
        raise PactFormatError(
            "holds no pact to publish",
            where=folder,
            remedy="derive some with `pactape derive`, or name the files",
        )
    return found
