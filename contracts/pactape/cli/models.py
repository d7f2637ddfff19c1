"""`pactape models`: write Python models of the response fields in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.unreadable import Unreadable
from pactape.errors import BadInputError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.descriptions.models import ModelKind, ResponseSchemas

__all__ = ["models"]

_KINDS = ("typeddict", "msgspec", "pydantic")


@click.command()
@project_option
@click.argument("recordings", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--kind", type=click.Choice(_KINDS), default=_KINDS[0], show_default=True, help="The kind of the models."
)
@click.option("--provider", metavar="NAME", help="The provider's key or name; optional with one provider.")
@click.option("--all-fields", is_flag=True, help="Also include response fields that no test reads.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def models(
    *,
    project: Path,
    recordings: tuple[Path, ...],
    kind: ModelKind,
    provider: str | None,
    all_fields: bool,
    output: Path | None,
) -> None:
    """Write Python models of the responses in RECORDINGS (extra: models).

    Each operation with a successful JSON response gets a model of the fields that tests read, or of all
    fields if that wasn't observed. Every recorded response can be loaded into its model. Without
    RECORDINGS, all of the project's recordings are used. Exit codes: 0 written; 1 a damaged
    recording was skipped; 2 bad input.
    """
    from pactape.cassettes.finder import recordings_in  # noqa: PLC0415 -- keeps `pactape --help` fast
    from pactape.descriptions.models import generate_models, response_schemas  # noqa: PLC0415 -- as above
    from pactape.files import write_atomically  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    paths = recordings_in(recording.absolute() for recording in recordings) if recordings else None
    unreadable = Unreadable()
    all_schemas = response_schemas(
        settings, paths=paths, all_fields=all_fields, on_unreadable=unreadable.report
    )
    provider_schemas = _of_provider(all_schemas, provider, where=settings.root)
    code = generate_models(provider_schemas.schemas, kind)
    if output is None:
        click.echo(code, nl=False)
    else:
        write_atomically(output, code.encode())
        click.echo(f"{count_of(len(provider_schemas.schemas), 'model')} written to {output}", err=True)
    unreadable.exit_if_damaged()


def _of_provider(candidates: list[ResponseSchemas], name: str | None, *, where: Path) -> ResponseSchemas:
    matching = [
        candidate
        for candidate in candidates
        if name in {None, candidate.provider.key, candidate.provider.name}
    ]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(sorted(candidate.provider.name for candidate in candidates))
    raise BadInputError(
        "several providers were recorded" if matching else "no JSON response of this provider was recorded",
        where=where,
        remedy=f"name one with --provider: {names}" if names else "record the responses first",
    )
