"""What a verifier prints about a selected contract: why it is there, and what pending means for the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.broker.rules.candidates import Match, Selected
    from pactape.broker.rules.pending import ProviderBranch

__all__ = ["Notice", "notices", "short_description"]

_PENDING = "Read more at https://docs.pact.io/go/pending"
_WIP = "Read more at https://docs.pact.io/go/wip"


class Notice(msgspec.Struct, frozen=True):
    """A text and the moment to show it at."""

    when: str
    text: str


def short_description(matches: Sequence[Match]) -> str:
    """A few words for a test's name: "latest from branch main, deployed to production"."""
    return ", ".join(dict.fromkeys(_short(match) for match in matches))


def notices(
    selected: Selected,
    *,
    url: str,
    pending: list[ProviderBranch] | None,
    wip: bool,
    lines: Sequence[ProviderBranch],
    with_pending: bool,
) -> list[Notice]:
    """The notices of one contract in the answer to "pacts for verification".

    Args:
        selected: The contract.
        url: Its address.
        pending: The lines that it is pending for; None means pending for the provider as such.
        wip: Whether it is there as work in progress.
        lines: The lines that the provider verifies for.
        with_pending: Whether the provider asked for the pending status.
    """
    provider = selected.publication.provider
    texts = [Notice("before_verification", _inclusion(selected, url=url, wip=wip))]
    if not with_pending:
        return texts
    if pending == []:
        by = _lines(lines, provider, article="a")
        texts.append(
            Notice(
                "before_verification",
                f"This pact has previously been successfully verified by {by}. "
                f"If this verification fails, it will fail the build. {_PENDING}",
            )
        )
        return texts
    return [*texts, *_while_pending(_lines(pending or (), provider, article="a"), provider)]


def _while_pending(by: str, provider: str) -> list[Notice]:
    still = (
        f"This pact is still in pending state for {by}, as no successful verification has been published yet."
    )
    return [
        Notice(
            "before_verification",
            f"This pact is in pending state for this version of {provider} because a successful verification "
            f"result for {by} has not yet been published. If this verification fails, it will not cause the "
            f"overall build to fail. {_PENDING}",
        ),
        Notice("after_verification:success_true_published_false", still),
        Notice("after_verification:success_false_published_false", still),
        Notice(
            "after_verification:success_true_published_true",
            f"This pact is no longer in pending state for {by}, as a successful verification result has been "
            f"published. If a later verification fails, it will fail the build. {_PENDING}",
        ),
        Notice("after_verification:success_false_published_true", still),
    ]


def _inclusion(selected: Selected, *, url: str, wip: bool) -> str:
    publication = selected.publication
    if wip:
        heads = " and ".join(dict.fromkeys(_head(match) for match in selected.matches))
        return (
            f"The pact at {url} is being verified because it is a 'work in progress' pact (ie. it is "
            f"the pact for the latest version of {publication.consumer} {heads} and is still in pending "
            f"state). {_WIP}"
        )
    noun = "criterion" if len(selected.matches) == 1 else "criteria"
    lines = "".join(f"\n    * {_long(match, publication.provider)}" for match in selected.matches)
    return (
        f"The pact at {url} is being verified because the pact content belongs to the consumer version "
        f"matching the following {noun}:{lines}"
    )


def _head(match: Match) -> str:
    return f"from branch '{match.name}'" if match.kind == "branch" else f"tagged with '{match.name}'"


def _lines(lines: Sequence[ProviderBranch], provider: str, *, article: str) -> str:
    if not lines:
        return provider
    names = " and ".join(f"'{line.name}'" for line in lines)
    how = "from branch" if lines[0].kind == "branch" else "with tag"
    return f"{article} version of {provider} {how} {names}"


def _short(match: Match) -> str:
    return {
        "branch": f"latest from branch {match.name}",
        "tag": f"latest with tag {match.name}",
        "all with tag": f"one of {match.name}",
        "deployed": f"deployed to {match.name}",
        "released": f"released in {match.name}",
    }.get(match.kind, "latest")


def _long(match: Match, provider: str) -> str:
    of = f"version of {match.consumer}" if match.consumer else "version"
    missing = f" (fallback used as no pact was found for '{match.instead_of}')" if match.instead_of else ""
    text = {
        "branch": f"latest {of} from branch '{match.name}'{missing}",
        "tag": f"latest {of} tagged '{match.name}'{missing}",
        "all with tag": f"all {match.consumer or 'consumer'} versions tagged '{match.name}'",
        "deployed": f"consumer version(s) currently deployed to {match.name}",
        "released": f"consumer version(s) released and supported in {match.name}",
    }.get(match.kind, f"latest version of {match.consumer or 'a consumer'} that has a pact with {provider}")
    return f"{text} ({match.version})"
