"""`pactape publish`: publish the project's contracts to a broker, with the official command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.broker_options import broker_options, call_broker_and_exit
from pactape.cli.shared.options import project_option
from pactape.errors import PactFormatError
from pactape.pactfile.naming import pact_files_in
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.settings import Settings

__all__ = ["publish"]


# What the official command prints when contents conflict, with and without the broker's own message.
_REFUSED = ("409 Conflict", "Cannot change the content of the pact", "Cannot merge the pact")


@click.command()
@project_option
@broker_options
@click.argument("pacts", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--version", help="The consumer's version.  [default: the commit]")
@click.option("--branch", help="The consumer's branch.  [default: git's or the CI's]")
@click.option("--tag", "tags", multiple=True, help="A tag for the version; repeatable.")
@click.option("--tag-with-branch", is_flag=True, help="Also tag the version with its branch.")
@click.option("--build-url", metavar="URL", help="The URL of the build.  [default: the CI's]")
@click.option("--merge", is_flag=True, help="Merge with the interactions already published for this version.")
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
    """Publish contracts to a broker.

    PACTS are files or folders; by default all contracts of the project are published. Exit codes: 0
    published; 1 rejected, because this version already has a different contract; 2 could not be published.
    """
    from pactape.pact_cli.revision import branch_of, build_url_of  # noqa: PLC0415 -- fast `--help`
    from pactape.pactfile import read_pact  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    files = _files(pacts or (settings.pacts,))
    for file in files:
        read_pact(file)  # a file that the official command can't read would be blamed on the broker
    name = branch or branch_of(settings.root, os.environ)
    tagged = [*tags, *([name] if name and tag_with_branch else [])]
    build = build_url or build_url_of(os.environ)
    arguments = [
        "publish",
        *map(str, files),
        *("--consumer-app-version", version or _commit(settings, files)),
        *(("--branch", name) if name else ()),
        *(("--tag", ",".join(dict.fromkeys(tagged))) if tagged else ()),
        *(("--build-url", build) if build else ()),
        *(("--merge",) if merge else ()),
    ]
    call_broker_and_exit(
        settings, arguments, url=broker_url, retries=retries, dry_run=dry_run, no_when=_REFUSED
    )


def _commit(settings: Settings, files: list[Path]) -> str:
    from pactape.pact_cli.revision import check_committed, commit_of  # noqa: PLC0415 -- fast `--help`

    commit = commit_of(settings.root)
    check_committed(settings.root, files)
    return commit


def _files(paths: Sequence[Path]) -> list[Path]:
    files = [file for path in paths for file in ([path] if path.is_file() else pact_files_in(path))]
    if not files:
        raise PactFormatError(
            "contains no pact file to publish",
            where=", ".join(map(str, paths)),
            remedy="derive contracts with `pactape derive`, or name the files",
        )
    return files
