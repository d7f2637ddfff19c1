"""Joins captured traffic to tests: traffic shows what is optional, tests show what is used.

Traffic joins the groups of tests that expect the same response of the same operation, in whatever state and with
whatever parameters. Other traffic gives no interaction if tests cover the operation, or if it is a failure: a
provider can't reproduce a past outage. Without any tests, the contract is derived from traffic alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.samples.exclusions import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence

__all__ = ["assign_traffic", "join_traffic"]

_FIRST_FAILURE = 400


def assign_traffic(keys: Iterable[GroupKey]) -> dict[GroupKey, tuple[GroupKey, ...]]:
    """Return the groups of tests that each group of captured traffic joins; none if it is skipped.

    Groups of tests, and groups of traffic that stay separate, are not in the result.

    Args:
        keys: The final keys of one contract.
    """
    by_response: dict[tuple[str, ...], list[GroupKey]] = {}
    operations = set()
    traffic = []
    for key in sorted(keys):
        if key.traffic:
            traffic.append(key)
        else:
            by_response.setdefault(_response(key), []).append(key)
            operations.add(key.operation)
    if not operations:
        return {}
    targets = {key: tuple(by_response.get(_response(key), ())) for key in traffic}
    return {
        key: groups
        for key, groups in targets.items()
        if groups or key.operation in operations or key.status >= _FIRST_FAILURE
    }


def join_traffic(groups: dict[GroupKey, Evidence]) -> tuple[dict[GroupKey, GroupKey], list[Exclusion]]:
    """Join the evidence of captured traffic to that of tests.

    Args:
        groups: The evidence by final key; groups of traffic that join others, or are skipped, are removed.

    Returns:
        For each joined group, the first group that it was joined to; and the skipped traffic.
    """
    target_of: dict[GroupKey, GroupKey] = {}
    exclusions = []
    for key, targets in assign_traffic(groups).items():
        evidence = groups.pop(key)
        if not targets:
            reason = f"captured traffic: no test expects {key.status} from {key.operation}"
            exclusions.append(Exclusion(*evidence.position, reason, evidence.count))
            continue
        target_of[key] = targets[0]
        for target in targets[1:]:
            groups[target].join(evidence.uncounted_copy())  # every exchange is counted once
        groups[targets[0]].join(evidence)
    return target_of, exclusions


def _response(key: GroupKey) -> tuple[str, ...]:
    return key.operation, str(key.status), key.media, key.outcome, key.variant
