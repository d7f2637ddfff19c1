"""`pactape explain`: what a contract's rules rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts import ContractParties
    from pactape.contracts.explain import Explanation, RuleEvidence

__all__ = ["explain"]

_MOST_CASSETTES = 5
_UNEXPLAINED = "no recording gives it: it is written by hand, or out of date"


@click.command()
@project_option
@click.option(
    "--interaction", metavar="TEXT", help="Only interactions with TEXT in description or operation."
)
@click.option("--path", "expression", metavar="TEXT", help='Only rules whose path has TEXT in it: "$.items".')
@click.option("--summary", is_flag=True, help="One line for each interaction, without its rules.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of interactions with their rules.")
@click.argument("file", type=click.Path(path_type=Path))
def explain(
    *,
    project: Path,
    file: Path,
    interaction: str | None,
    expression: str | None,
    summary: bool,
    as_json: bool,
) -> None:
    """Show for each rule of the contract in FILE its evidence: how many samples, which cassettes, which tests.

    The evidence is taken from the project's cassettes as they are now. Samples are counted once for each distinct
    answer. The first line says how many interactions there are, and how many of them recordings support.
    """
    from pactape.contracts.explain import explain as explain_contract  # noqa: PLC0415 -- quick `--help`

    settings = load_settings(project)
    parties, descriptions = _read(file)
    found = {each.description: each for each in explain_contract(settings, parties)}
    explained = [(each, found.get(each)) for each in descriptions]
    chosen = [
        (description, _with_rules(each, expression) if each else None)
        for description, each in explained
        if _is_about(description, each, interaction)
    ]
    if as_json:
        click.echo(_json(chosen))
        return
    supported = sum(each is not None for _, each in explained)
    total = _count(len(explained), "interaction")
    click.echo(f"{parties.consumer} → {parties.provider}: {total}, {supported} of them from recordings")
    for description, each in chosen:
        _show(description, each, summary=summary)


def _is_about(description: str, explanation: Explanation | None, text: str | None) -> bool:
    operation = explanation.operation if explanation else ""
    return text is None or text.lower() in f"{description}\n{operation}".lower()


def _with_rules(explanation: Explanation, expression: str | None) -> Explanation:
    rules = tuple(each for each in explanation.evidence if expression is None or expression in each.path)
    return msgspec.structs.replace(explanation, evidence=rules)


def _json(explained: list[tuple[str, Explanation | None]]) -> str:
    rows = [each or {"description": description, "cassettes": []} for description, each in explained]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def _show(description: str, explanation: Explanation | None, *, summary: bool) -> None:
    if explanation is None:
        click.echo(f"\n{description}\n  {_UNEXPLAINED}")
        return
    rules = sum(each.rule is not None for each in explanation.evidence)
    if summary:
        recordings = len(explanation.cassettes)
        click.echo(f"{description}: {_count(rules, 'rule')} from {_count(recordings, 'recording')}")
        return
    click.echo(f"\n{description}")
    for line in _lines(explanation):
        click.echo(line)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _read(file: Path) -> tuple[ContractParties, list[str]]:
    from pactape.contracts import ContractParties  # noqa: PLC0415 -- as above
    from pactape.pactfile import read_pact  # noqa: PLC0415 -- as above

    pact = read_pact(file)
    return ContractParties(pact.consumer, pact.provider), [each.description for each in pact.interactions]


def _lines(explanation: Explanation) -> Iterator[str]:
    answered = "" if explanation.status is None else f" → {explanation.status}"
    yield f"  {explanation.operation}{answered}, {_from(explanation.cassettes)}"
    for rule in explanation.evidence:
        yield f"  {rule.path}  {_text_of(rule)}"


def _text_of(rule: RuleEvidence) -> str:
    tests = f"read by {', '.join(rule.tests)}" if rule.tests else ""
    return "; ".join(filter(None, [_rule(rule), _samples(rule), tests, _from(rule.cassettes)]))


def _rule(rule: RuleEvidence) -> str:
    count = sum(rule.samples.values())
    if rule.rule is None:
        optional = rule.parents is not None and count < rule.parents
        is_object = set(rule.samples) == {"object"}
        return "optional: not required" if optional else "" if is_object else "not required"
    parts = [_matcher(each) for each in rule.rule["matchers"]]
    return (" or " if rule.rule["combine"] == "OR" else " and ").join(parts)


def _matcher(matcher: dict[str, object]) -> str:
    name = str(matcher["match"])
    if "regex" in matcher:
        return "anything" if matcher["regex"] == r"[\s\S]*" else f"regex {matcher['regex']}"
    return f"{name}, min {matcher['min']}" if "min" in matcher else name


def _samples(rule: RuleEvidence) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in rule.samples.items())
    count = sum(rule.samples.values())
    share = f" in {count} of {rule.parents} objects" if rule.parents and count != rule.parents else ""
    several = len(rule.texts) > 1 or any(times > 1 for times in rule.texts.values())
    texts = ", ".join(f"{text!r} {times} times" for text, times in rule.texts.items()) if several else ""
    return f"{kinds}{share}{f' ({texts})' if texts else ''}"


def _from(cassettes: tuple[str, ...]) -> str:
    more = len(cassettes) - _MOST_CASSETTES
    shown = ", ".join(cassettes[:_MOST_CASSETTES])
    return f"from {shown} and {more} more" if more > 0 else f"from {shown}"
