"""Test helpers: the verdicts on recordings, and the table that shows them."""

from __future__ import annotations

from collections import Counter

import msgspec
from pactape.contracts.interactions.interaction import Interaction
from pactape.contracts.participants import ContractParties
from pactape.exchange import Exchange
from pactape.settings import ProviderSettings

_COLUMNS = (
    "cassettes",
    "recordings",
    "interactions",
    "passed",
    "failed",
    "swaps caught",
    "disagreements",
    "left out",
)


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording, and the interaction of the contract that it supports, asked for by its own request."""

    parties: ContractParties
    provider: ProviderSettings
    place: str
    interaction: Interaction
    exchange: Exchange


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the official verifier and our own matcher find wrong about a recording: nothing, when it is sound."""

    place: str
    description: str
    official: tuple[str, ...]
    own: tuple[str, ...]

    @property
    def judges_agree(self) -> bool:
        """Whether both find it sound, or neither."""
        return bool(self.official) == bool(self.own)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a project."""

    project: str
    cassettes: int
    interactions: int
    verdicts: tuple[Verdict, ...]
    swapped: tuple[Verdict, ...]
    exclusions: dict[str, int]

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The recordings that break their contract by either judge's word."""
        return tuple(verdict for verdict in self.verdicts if verdict.official or verdict.own)

    @property
    def disagreements(self) -> tuple[Verdict, ...]:
        """The recordings, and the requests with another's answer, that only one of the judges finds sound."""
        return tuple(swap for swap in (*self.verdicts, *self.swapped) if not swap.judges_agree)


def show(reports: list[Report]) -> None:
    """Print what fails, the table, and the reasons for what took no part."""
    for report in reports:
        for interaction in report.failed:
            print(f"{report.project}: {interaction.description} ({interaction.place})")
            print(*(f"  official: {failure}" for failure in interaction.official[:5]), sep="\n")
            print(*(f"  own: {failure}" for failure in interaction.own[:5]), sep="\n")
    for report in reports:
        for disagreement in set(report.disagreements) - set(report.failed):
            what = f"another answer to {disagreement.description} ({disagreement.place})"
            print(f"{report.project}: the judges disagree on {what}")
            print(
                f"  official: {disagreement.official[:2] or 'sound'}\n  own: {disagreement.own[:2] or 'sound'}"
            )
    print(f"{'project':36}" + "".join(f"{name:>14}" for name in _COLUMNS))
    for report in [*reports, _total(reports)]:
        failed = len(report.failed)
        row = (
            report.project,
            report.cassettes,
            len(report.verdicts),
            report.interactions,
            len(report.verdicts) - failed,
            failed,
            len([swap for swap in report.swapped if swap.official]),
            len(report.disagreements),
            sum(report.exclusions.values()),
        )
        print(f"{row[0]:36}" + "".join(f"{cell:>14}" for cell in row[1:]))
    for reason, count in sorted(_total(reports).exclusions.items()):
        print(f"left out {count}: {reason}")


def _total(reports: list[Report]) -> Report:
    exclusions: Counter[str] = Counter()
    for report in reports:
        exclusions.update(report.exclusions)
    return Report(
        project="all",
        cassettes=sum(report.cassettes for report in reports),
        interactions=sum(report.interactions for report in reports),
        verdicts=tuple(verdict for report in reports for verdict in report.verdicts),
        swapped=tuple(swap for report in reports for swap in report.swapped),
        exclusions=dict(exclusions),
    )
