"""`pactape openapi`: write an OpenAPI document of the recorded API."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.unreadable import Unreadable
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
@click.option("--provider", metavar="NAME", help="The provider's key or name; optional with one provider.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write: .yaml or .json.",
)
@click.option(
    "--merge",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A document to extend; its own content is kept, in YAML with its comments.",
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
    """Write an OpenAPI 3.1 document of the API in RECORDINGS, by default all recordings of the project.

    It describes operations, parameters, bodies, formats and optional properties, with the evidence in
    x-pactape-… members. With --against, the differences are shown instead: undocumented, never seen,
    contradicted. Exit codes: 0 written, or nothing is contradicted; 1 something is contradicted, or a
    damaged recording was skipped; 2 bad input.
    """
    from pactape.descriptions.openapi.comparing import compare  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.descriptions.openapi.document import document_of  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    unreadable = Unreadable()
    api = _recorded_api(settings, recordings, provider, unreadable)
    if against is not None:
        _show(compare(_read(against), api))
    elif merge is not None:
        _write(*_merged(merge, document_of(api)), output)
    else:
        _write(document_of(api), None, output)
    unreadable.exit_if_damaged()


def _merged(path: Path, recorded: dict[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """The document at a path with what only the recorded one has, and its text when that only gets insertions."""
    from pactape.descriptions.openapi.insertions import with_additions  # noqa: PLC0415 -- as above
    from pactape.descriptions.openapi.merging import merge_documents  # noqa: PLC0415 -- as above

    existing = _read(path)
    merged = merge_documents(existing, recorded)
    text = path.read_text("utf-8-sig")
    extended = None if text.lstrip().startswith("{") else with_additions(text, existing, merged)
    return merged, None if extended is None else extended.encode()


def _recorded_api(
    settings: Settings, recordings: tuple[Path, ...], name: str | None, unreadable: Unreadable
) -> RecordedApi:
    from pactape.cassettes.finder import recordings_in  # noqa: PLC0415 -- as above
    from pactape.descriptions.openapi.collecting import collect  # noqa: PLC0415 -- as above

    paths = recordings_in(recording.absolute() for recording in recordings) if recordings else None
    apis, exclusions = collect(settings, paths=paths, on_unreadable=unreadable.report)
    for exclusion in exclusions:
        click.echo(f"skipped: {exclusion.reference}: {exclusion.reason}", err=True)
    if name is not None:
        url = settings.provider(name).url if name in settings.providers else None
        apis = [
            api for api in apis if url == api.provider.url or name in {api.provider.key, api.provider.name}
        ]
    if len(apis) == 1:
        return apis[0]
    names = ", ".join(sorted(api.provider.name for api in apis))
    raise BadInputError(
        "several providers were recorded" if apis else "no exchange was recorded with this provider",
        where=settings.root,
        remedy=f"name one with --provider: {names}"
        if apis
        else "name another, or record its responses first",
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
            remedy="name a document whose `openapi` member begins with 3.",
        )
    return document


def _show(differences: list[Any]) -> None:
    for entry in differences:
        click.echo(entry)
    kinds = ("contradicted", "undocumented", "never seen")
    counts = [f"{sum(difference.kind == kind for difference in differences)} {kind}" for kind in kinds]
    click.echo(", ".join(counts))
    if any(difference.kind == "contradicted" for difference in differences):
        sys.exit(1)


def _write(document: dict[str, Any], text: bytes | None, output: Path | None) -> None:
    """Write a document, in YAML as the text that it has already, if any."""
    from pactape.files import write_atomically  # noqa: PLC0415 -- as above

    as_json = output is not None and output.suffix.lower() in _JSON_SUFFIXES
    data = _json(document) if as_json else text or _yaml(document)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        write_atomically(output, data)
        click.echo(f"{count_of(len(document['paths']), 'path')} written to {output}", err=True)


def _json(document: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    except (UnicodeEncodeError, OverflowError, TypeError):
        return json.dumps(document, indent=2, default=str).encode() + b"\n"


def _yaml(document: dict[str, Any]) -> bytes:
    import yaml  # noqa: PLC0415 -- as above

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the C dumper, when it is available
        """Writes repeated values in full: anchors would make the document hard to read."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- PyYAML's signature
            return True

    text: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.encode("utf-8")
