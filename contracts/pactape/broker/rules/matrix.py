"""The matrix rules: which pairs of versions are relevant to a query, and whether they allow a deployment.

The rules are those of the official broker: every provider of a consumer must be present and must have verified its
contract. A provider needs no consumers, but must have verified the contracts of those that are present.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from pactape.broker.records import Publication, Result
from pactape.broker.rules.resolved import ResolvedSelector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "Integration",
    "Reason",
    "ResolvedSelector",
    "Row",
    "Verdict",
    "judge",
    "latest_rows",
    "newest_first",
    "rows_between",
]


class Integration(msgspec.Struct, frozen=True):
    """A consumer and a provider that are relevant to the query; a required integration must have a result."""

    consumer: str
    provider: str
    required: bool


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A contract and its result with one provider version; None if no result is known.

    Args:
        provider: The selector of the provider, if any.
    """

    publication: Publication
    result: Result | None = None
    consumer: ResolvedSelector
    provider: ResolvedSelector | None = None
    ignored: bool = False

    @property
    def success(self) -> bool | None:
        """Whether it was verified; None if unknown."""
        return None if self.result is None else self.result.success

    @property
    def last_action(self) -> str:
        """The time of its publication or verification, whichever is later."""
        published_at = self.publication.created_at
        return published_at if self.result is None else max(published_at, self.result.executed_at)


class Reason(msgspec.Struct, frozen=True):
    """A reason for a verdict: its kind ("success", "error" or "warning") and its text."""

    kind: str
    text: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a query.

    Args:
        deployable: None means that a result is missing.
        unknown: How many results are missing.
        ignored: How many rows were ignored, as requested.
    """

    deployable: bool | None
    reasons: tuple[Reason, ...]
    success: int
    failed: int
    unknown: int
    ignored: int


def rows_between(
    selectors: Sequence[ResolvedSelector],
    publications: Iterable[Publication],
    results_of: Callable[[Publication], Sequence[Result]],
) -> Iterator[Row]:
    """Yield every contract between the selectors with each relevant provider version.

    Args:
        selectors: The specified and the inferred selectors.
        publications: At least the contracts of the selected consumer versions, in the order of the rows.
        results_of: Returns at least the latest results of a contract with the selected provider versions; it is
            called only for rows that are used.
    """
    specified = {selector.pacticipant for selector in selectors if selector.specified}
    consumers: dict[tuple[str, int | None], ResolvedSelector] = {}
    providers: dict[str, list[ResolvedSelector]] = {}
    for selector in selectors:
        providers.setdefault(selector.pacticipant, []).append(selector)
        if not selector.missing:
            consumers.setdefault((selector.pacticipant, selector.version_id), selector)
    for publication in publications:
        name = publication.consumer
        consumer = consumers.get((name, publication.version_id)) or consumers.get((name, None))
        if consumer is None or publication.provider not in providers:
            continue
        if name in specified or publication.provider in specified:
            rows = _rows_of(providers[publication.provider], results_of(publication))
            for provider, result in rows:
                ignored = consumer.ignored or provider.ignored
                yield Row(
                    publication=publication,
                    result=result,
                    consumer=consumer,
                    provider=provider,
                    ignored=ignored,
                )


def _rows_of(
    providers: Sequence[ResolvedSelector], results: Sequence[Result]
) -> Iterator[tuple[ResolvedSelector, Result | None]]:
    """Yield the results of each selector; None without results, unless an alternative has results."""
    by_version: dict[int | None, list[Result]] = {}
    for result in results:
        by_version.setdefault(result.provider_version_id, []).append(result)
    alternatives = [provider_selector for provider_selector in providers if provider_selector.alternative]
    for provider in providers:
        own_results = results if provider.whole else by_version.get(provider.version_id, ())
        if own_results:
            yield from ((provider, result) for result in own_results)
        elif not provider.alternative:
            yield provider, None
    if alternatives and not any(alternative.version_id in by_version for alternative in alternatives):
        yield alternatives[0], None


def newest_first(row: Row) -> tuple[str, int, str, float, int]:
    """Return the official broker's sort key of rows; rows of a contract without a result come first."""
    publication, result = row.publication, row.result
    version, identity = (result.provider_version_id, result.id) if result else (math.inf, 0)
    return (publication.consumer, -publication.version_id, publication.provider, -version, -identity)


def latest_rows(rows: Sequence[Row], *, by: str) -> list[Row]:
    """Return only the rows of the latest provider versions with a result.

    Args:
        rows: The rows.
        by: "cvp", for each consumer version and provider; "cp", for each consumer and provider.
    """
    latest: dict[tuple[object, str], Row] = {}
    for row in rows:
        consumer: object = row.publication.version_id if by == "cvp" else row.publication.consumer
        key = (consumer, row.publication.provider)
        current = latest.get(key)
        if current is None or _age(row) > _age(current):
            latest[key] = row
    return list(latest.values())


def _age(row: Row) -> tuple[int, int, int]:
    if row.result is None:
        return (0, 0, row.publication.version_id)
    return (row.result.provider_version_id, row.result.id, row.publication.version_id)


def judge(
    selectors: Sequence[ResolvedSelector], integrations: Sequence[Integration], rows: Sequence[Row]
) -> Verdict:
    """Decide whether the query's versions can be deployed, and why."""
    considered = [row for row in rows if not row.ignored]
    present = {(row.publication.consumer, row.publication.provider) for row in rows}
    absent = [
        integration
        for integration in integrations
        if integration.required and (integration.consumer, integration.provider) not in present
    ]
    missing = [selector for selector in selectors if selector.specified and selector.missing]
    reasons = _reasons(selectors, missing, absent, rows)
    return Verdict(
        deployable=_deployable(missing, absent, considered),
        reasons=tuple(dict.fromkeys(reasons)),
        success=sum(row.success is True for row in considered),
        failed=sum(row.success is False for row in considered),
        unknown=len(absent) + sum(row.success is None for row in considered),
        ignored=len(rows) - len(considered),
    )


def _deployable(
    missing: Sequence[ResolvedSelector], absent: Sequence[Integration], rows: Sequence[Row]
) -> bool | None:
    if any(not integration.ignored for integration in missing):
        return False
    if absent or any(row.success is None for row in rows):
        return None
    return all(row.success for row in rows)


def _reasons(
    selectors: Sequence[ResolvedSelector],
    missing: Sequence[ResolvedSelector],
    absent: Sequence[Integration],
    rows: Sequence[Row],
) -> list[Reason]:
    if missing:
        return [_error(integration.absence(), ignored=integration.ignored) for integration in missing]
    errors = [
        _error(_unverified(_describe(selectors, selector.consumer), _describe(selectors, selector.provider)))
        for selector in absent
    ]
    errors += [_failure(row) for row in rows if row.success is False]
    errors += [_ignored_reason(row) for row in rows if row.success is None]
    if any(not error.text.startswith(_IGNORED) for error in errors):
        return errors
    considered = any(not row.ignored for row in rows)
    good = "All required verification results are published and successful"
    return [Reason("success", good if considered else "There are no missing dependencies"), *errors]


_IGNORED = "[IGNORED] "


def _unverified(consumer: str, provider: str) -> str:
    return f"There is no verified pact between {consumer} and {provider}"


def _error(text: str, *, ignored: bool = False) -> Reason:
    return Reason("warning", _IGNORED + text) if ignored else Reason("error", text)


def _failure(row: Row) -> Reason:
    consumer, provider = _parties(row)
    text = f"The verification for the pact between {consumer} and {provider} failed"
    return _error(text, ignored=row.ignored)


def _ignored_reason(row: Row) -> Reason:
    return _error(_unverified(*_parties(row)), ignored=row.ignored)


def _parties(row: Row) -> tuple[str, str]:
    consumer, provider = row.consumer, row.provider
    if consumer.number is None:
        consumer = msgspec.structs.replace(consumer, number=row.publication.version)
    if provider is None:
        provider = ResolvedSelector(pacticipant=row.publication.provider)
    if provider.number is None and row.result is not None:
        provider = msgspec.structs.replace(provider, number=row.result.provider_version)
    return consumer.describe(), provider.describe()


def _describe(selectors: Sequence[ResolvedSelector], name: str) -> str:
    return next(
        (selector for selector in selectors if selector.pacticipant == name),
        ResolvedSelector(pacticipant=name),
    ).describe()
