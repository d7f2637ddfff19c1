"""`pactape explain`: show the evidence for a contract's rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pactape.cli.explaining.page import explanation_page
from pactape.cli.explaining.text import UNEXPLAINED, explanation_lines
from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.files import write_atomically
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts import ContractParties
    from pactape.contracts.explain import Explanation

__all__ = ["explain"]


@click.command()
@project_option
@click.option(
    "--interaction", metavar="TEXT", help="Only interactions whose description or operation contains TEXT."
)
@click.option("--path", "expression", metavar="TEXT", help='Only rules whose path contains TEXT: "$.items".')
@click.option("--summary", is_flag=True, help="One line for each interaction, without its rules.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of interactions with their rules.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    help="text by default; html writes a page.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the output to a file.")
@click.argument("file", type=click.Path(path_type=Path))
def explain(
    *,
    project: Path,
    file: Path,
    interaction: str | None,
    expression: str | None,
    summary: bool,
    as_json: bool,
    form: str | None,
    output: Path | None,
) -> None:
    """Show the evidence for each rule of the contract in FILE: how many samples, which cassettes, which tests.

    The evidence comes from the project's current cassettes; equal responses count as one sample. The first
    line says how many interactions the contract has, and how many of them recordings support.
    """
    from pactape.contracts.explain import explain as explain_contract  # noqa: PLC0415 -- quick `--help`

    settings = load_settings(project)
    parties, descriptions = _read(file)
    explanations = {entry.description: entry for entry in explain_contract(settings, parties)}
    rows = [
        (description, explanations.get(description) or explanations.get(_of_same_request(description)))
        for description in descriptions
    ]
    selection = [
        (description, _with_rules(explanation, expression) if explanation else None)
        for description, explanation in rows
        if _matches_text(description, explanation, interaction)
    ]
    head = _head(parties, [explanation is not None for _, explanation in rows])
    if interaction and not selection:
        head = f"{head}; no description or operation contains {interaction!r}"
    chosen_form = form or ("json" if as_json else "text")
    if chosen_form == "json":
        text = _json(selection)
    elif chosen_form == "html":
        text = explanation_page(head, selection)
    else:
        text = "\n".join([head, *(line for row in selection for line in _text_lines(*row, summary=summary))])
    if output is None:
        click.echo(text)
    else:
        write_atomically(output, f"{text}\n".encode())


def _head(parties: ContractParties, supported: list[bool]) -> str:
    """The first line: the contract, its interactions, and how many of them recordings support."""
    total = count_of(len(supported), "interaction")
    return f"{parties.consumer} → {parties.provider}: {total}, {sum(supported)} of them from recordings"


def _of_same_request(description: str) -> str:
    """The description of the interaction for the same request that says more."""
    from pactape.contracts.interactions.expectations import (  # noqa: PLC0415 -- as above
        NO_OTHER_FIELDS,
        TYPED_OPTIONALS,
    )

    return description.removesuffix(NO_OTHER_FIELDS).removesuffix(TYPED_OPTIONALS)


def _matches_text(description: str, explanation: Explanation | None, text: str | None) -> bool:
    operation = explanation.operation if explanation else ""
    return text is None or text.lower() in f"{description}\n{operation}".lower()


def _with_rules(explanation: Explanation, expression: str | None) -> Explanation:
    rules = tuple(field for field in explanation.evidence if expression is None or expression in field.path)
    return msgspec.structs.replace(explanation, evidence=rules)


def _json(selection: list[tuple[str, Explanation | None]]) -> str:
    rows = [evidence or {"description": description, "cassettes": []} for description, evidence in selection]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def _text_lines(description: str, explanation: Explanation | None, *, summary: bool) -> Iterator[str]:
    if explanation is None:
        yield f"\n{description}\n  {UNEXPLAINED}"
        return
    if summary:
        rules = sum(field.rule is not None for field in explanation.evidence)
        recordings = len(explanation.cassettes)
        yield f"{description}: {count_of(rules, 'rule')} from {count_of(recordings, 'recording')}"
        return
    yield f"\n{description}"
    yield from explanation_lines(explanation)


def _read(file: Path) -> tuple[ContractParties, list[str]]:
    from pactape.contracts import ContractParties  # noqa: PLC0415 -- as above
    from pactape.pactfile import read_pact  # noqa: PLC0415 -- as above

    pact = read_pact(file)
    return ContractParties(pact.consumer, pact.provider), [
        interaction.description for interaction in pact.interactions
    ]
