"""`pactape explain`: what a contract's rules rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts import ContractParties
    from pactape.contracts.explain import Explanation, RuleEvidence

__all__ = ["explain"]

_MOST_CASSETTES = 5


@click.command()
@project_option
@click.argument("file", type=click.Path(path_type=Path))
def explain(*, project: Path, file: Path) -> None:
    """Show for each rule of the contract in FILE its evidence: how many samples, which cassettes.

    The evidence is taken from the project's cassettes as they are now.
    """
    from pactape.contracts.explain import explain as explain_contract  # noqa: PLC0415 -- quick `--help`

    settings = load_settings(project)
    parties, descriptions = _read(file)
    found = {each.description: each for each in explain_contract(settings, parties)}
    for description in descriptions:
        known = found.get(description)
        click.echo(f"\n{description}")
        for line in (
            _lines(known) if known else ["  no recording gives it: it is written by hand, or out of date"]
        ):
            click.echo(line)


def _read(file: Path) -> tuple[ContractParties, list[str]]:
    from pactape.contracts import ContractParties  # noqa: PLC0415 -- as above
    from pactape.pactfile import read_pact  # noqa: PLC0415 -- as above

    pact = read_pact(file)
    return ContractParties(pact.consumer, pact.provider), [each.description for each in pact.interactions]


def _lines(explanation: Explanation) -> Iterator[str]:
    answered = "" if explanation.status is None else f" → {explanation.status}"
    yield f"  {explanation.operation}{answered}, {_from(explanation.cassettes)}"
    for rule in explanation.evidence:
        yield f"  {rule.path}  {_told(rule)}"


def _told(rule: RuleEvidence) -> str:
    return "; ".join(filter(None, [_rule(rule), _samples(rule), _from(rule.cassettes)]))


def _rule(rule: RuleEvidence) -> str:
    count = sum(rule.samples.values())
    if rule.rule is None:
        optional = rule.parents is not None and count < rule.parents
        is_object = set(rule.samples) == {"object"}
        return "not always there: not demanded" if optional else "" if is_object else "not demanded"
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
