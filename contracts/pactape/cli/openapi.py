"""`pactape openapi`: an OpenAPI document of what was recorded."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pactape.cli._options import project_option
from pactape.errors import BadInputError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.descriptions.openapi.collecting import RecordedApi
    from pactape.settings import Settings

__all__ = ["openapi"]

_JSON_SUFFIXES = frozenset({".json"})


@click.command()
@project_option
@click.argument("recordings", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--provider", metavar="NAME", help="The provider's key or name; not needed for one.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write: .yaml or .json.",
)
@click.option(
    "--merge",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A document to add to; what is written in it stays.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A document to compare with, instead of writing one.",
)
def openapi(
    *,
    project: Path,
    recordings: tuple[Path, ...],
    provider: str | None,
    output: Path | None,
    merge: Path | None,
    against: Path | None,
) -> None:
    """Write the OpenAPI 3.1 document of RECORDINGS, by default all of the project's.

    Operations, parameters, bodies, formats, and which properties are optional, with the evidence in x-pactape-…
    members. With --against, the differences are shown instead: undocumented, never seen, contradicted. Exit codes:
    0 written, or nothing is contradicted; 1 something is contradicted; 2 bad input.
    """
    from pactape.descriptions.openapi.comparing import compare  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.descriptions.openapi.document import document_of  # noqa: PLC0415 -- as above
    from pactape.descriptions.openapi.merging import merge_documents  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    api = _recorded_api(settings, recordings, provider)
    if against is not None:
        _show(compare(_read(against), api))
        return
    document = document_of(api)
    if merge is not None:
        document = merge_documents(_read(merge), document)
    _write(document, output)


def _recorded_api(settings: Settings, recordings: tuple[Path, ...], name: str | None) -> RecordedApi:
    from pactape.cassettes.finder import cassettes_in  # noqa: PLC0415 -- as above
    from pactape.descriptions.openapi.collecting import collect  # noqa: PLC0415 -- as above

    apis, exclusions = collect(settings, paths=cassettes_in(recordings) if recordings else None)
    for each in exclusions:
        click.echo(f"skipped: {each.cassette}#{each.index}: {each.reason}", err=True)
    if name is not None:
        wanted = settings.provider(name).url if name in settings.providers else None
        apis = [
            each
            for each in apis
            if wanted == each.provider.url or name in {each.provider.key, each.provider.name}
        ]
    if len(apis) == 1:
        return apis[0]
    known = ", ".join(sorted(each.provider.name for each in apis))
    raise BadInputError(
        "several providers were recorded" if apis else "no exchange was recorded with this provider",
        where=settings.root,
        remedy=f"name one with --provider: {known}" if apis else "name another, or record its answers first",
    )


def _read(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 -- as above

    try:
        document = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- safe
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInputError(
            f"can't be read ({error})", where=path, remedy="name an OpenAPI document in YAML or JSON"
        ) from error
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise BadInputError(
            "is not an OpenAPI 3 document",
            where=path,
            remedy="name one whose member `openapi` begins with 3.",
        )
    return document


def _show(differences: list[Any]) -> None:
    for each in differences:
        click.echo(each)
    kinds = ("contradicted", "undocumented", "never seen")
    counts = [f"{sum(each.kind == kind for each in differences)} {kind}" for kind in kinds]
    click.echo(", ".join(counts))
    sys.exit(1 if any(each.kind == "contradicted" for each in differences) else 0)


def _write(document: dict[str, Any], output: Path | None) -> None:
    from pactape.files import write_atomically  # noqa: PLC0415 -- as above

    as_json = output is not None and output.suffix in _JSON_SUFFIXES
    data = _json(document) if as_json else _yaml(document)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        write_atomically(output, data)
        click.echo(f"{len(document['paths'])} paths written to {output}", err=True)


def _json(document: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    except (UnicodeEncodeError, OverflowError, TypeError):
        return json.dumps(document, indent=2, default=str).encode() + b"\n"


def _yaml(document: dict[str, Any]) -> bytes:
    import yaml  # noqa: PLC0415 -- as above

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the one of C when it is there
        """Writes every occurrence out: anchors would make a document that people can't read."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- PyYAML's signature
            return True

    text: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.encode("utf-8")
