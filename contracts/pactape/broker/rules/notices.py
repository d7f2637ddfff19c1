"""Notices that a verifier prints about a selected contract, in the official broker's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.broker.rules.candidates import Match, SelectedContent
    from pactape.broker.rules.pending import ProviderBranch

__all__ = ["Notice", "notices", "short_description"]

_PENDING = "Read more at https://docs.pact.io/go/pending"
_WIP = "Read more at https://docs.pact.io/go/wip"
_BEFORE = "before_verification"


class Notice(msgspec.Struct, frozen=True):
    """A text, and when to show it."""

    when: str
    text: str


def short_description(matches: Sequence[Match]) -> str:
    """Return a short description for a test's name: "latest from branch main, deployed to production"."""
    return ", ".join(dict.fromkeys(_short(match) for match in matches))


def notices(
    selected: SelectedContent,
    *,
    url: str,
    pending: list[ProviderBranch] | None,
    wip: bool,
    lines: Sequence[ProviderBranch],
    with_pending: bool,
) -> list[Notice]:
    """Return the notices of one contract in the response to "pacts for verification".

    Args:
        selected: The contract.
        url: Its URL.
        pending: The provider branches or tags that it is pending for; None means the provider as such.
        wip: Whether it is included as work in progress.
        lines: The branches or tags that the provider verifies for.
        with_pending: Whether the pending status is part of the response.
    """
    provider = selected.publication.provider
    first = Notice(_BEFORE, _inclusion(selected, url=url, wip=wip, pending=pending or ()))
    if not with_pending:
        return [first]
    if pending == []:
        text = (
            f"This pact has previously been successfully verified by {_versions(lines, provider, 'a')}. "
            f"If this verification fails, it will fail the build. {_PENDING}"
        )
        return [first, Notice(_BEFORE, text)]
    return [first, *_while_pending(pending or (), provider, wip=wip)]


def _while_pending(pending: Sequence[ProviderBranch], provider: str, *, wip: bool) -> list[Notice]:
    any_version, tagged = _versions(pending, provider, "any"), _with_these_tags(pending)
    still = f"This pact is still in pending state for {any_version} as"
    unpublished_text = f"{still} a successful verification result {tagged}has not yet been published"
    why = (
        "it was included as a 'work in progress' pact"
        if wip
        else f"a successful verification result for {_versions(pending, provider, 'a')} has not yet been published"
    )
    return [
        Notice(
            _BEFORE,
            f"This pact is in pending state for this version of {provider} because {why}. If this verification "
            f"fails, it will not cause the overall build to fail. {_PENDING}",
        ),
        Notice(
            "after_verification:success_true_published_false",
            f"{still} the successful verification results {tagged}have not yet been published.",
        ),
        Notice("after_verification:success_false_published_false", unpublished_text),
        Notice(
            "after_verification:success_true_published_true",
            f"This pact is no longer in pending state for {any_version}, as a successful verification result "
            f"{tagged}has been published. If a verification for a version of {provider} {tagged}fails "
            f"in the future, it will fail the build. {_PENDING}",
        ),
        Notice("after_verification:success_false_published_true", unpublished_text),
    ]


def _inclusion(selected: SelectedContent, *, url: str, wip: bool, pending: Sequence[ProviderBranch]) -> str:
    publication, matches = selected.publication, selected.matches
    if wip:
        return (
            f"The pact at {url} is being verified because it is a 'work in progress' pact (ie. it is the pact for "
            f"the latest {_version_noun(matches)} of {publication.consumer} {_heads(matches)} and it has not yet "
            f"been successfully verified by {_versions(pending, publication.provider, 'a')} when the pact's "
            f"application version was explicitly specified in the consumer version selectors). {_WIP}"
        )
    noun = "criterion" if len(matches) == 1 else "criteria"
    versions = "the consumer version" if len(matches) == 1 else "the consumer versions"
    lines = "\n".join(f"    * {text}" for text in _reasons(matches, publication.provider))
    return (
        f"The pact at {url} is being verified because the pact content belongs to {versions} "
        f"matching the following {noun}:\n{lines}"
    )


def _version_noun(matches: Sequence[Match]) -> str:
    names = [[match for match in matches if match.kind == kind] for kind in ("tag", "branch")]
    return "version" if any(len(group) == 1 for group in names) else "versions"


def _heads(matches: Sequence[Match]) -> str:
    branches = list(dict.fromkeys(match.name or "" for match in matches if match.kind == "branch"))
    tags = list(dict.fromkeys(match.name or "" for match in matches if match.kind == "tag"))
    parts = []
    if branches:
        parts.append(f"from {'branch' if len(branches) == 1 else 'branches'} {_quote(branches)}")
    if tags:
        parts.append(f"tagged with {_quote(tags)}")
    count = {1: "", 2: " (both have the same content)"}.get(len(matches), " (all have the same content)")
    return " and ".join(parts) + count


def _quote(names: Sequence[str]) -> str:
    return _join_words([f"'{name}'" for name in names])


def _join_words(texts: Sequence[str]) -> str:
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def _versions(lines: Sequence[ProviderBranch], provider: str, article: str) -> str:
    if not lines:
        return provider
    names = [line.name for line in lines]
    if lines[0].kind == "branch":
        return f"{article} version of {provider} from branch {_quote(names)}"
    noun = "version" if len(names) == 1 else "versions"
    return f"{article} {noun} of {provider} with tag {_quote(names)}"


def _with_these_tags(lines: Sequence[ProviderBranch]) -> str:
    tags = [line for line in lines if line.kind == "tag"]
    return "" if not tags else "with this tag " if len(tags) == 1 else "with these tags "


def _short(match: Match) -> str:
    return {
        "main branch": "latest from main branch",
        "branch": f"latest from branch {match.name}",
        "tag": f"latest with tag {match.name}",
        "all with tag": f"one of {match.consumer} {match.name}" if match.consumer else f"one of {match.name}",
        "deployed": f"deployed to {match.name}",
        "released": f"released in {match.name}",
    }.get(match.kind, "latest")


def _reasons(matches: Sequence[Match], provider: str) -> list[str]:
    """Return a line for each reason; versions in environments are grouped by consumer."""
    lines = [_long(match, provider) for match in matches if match.kind not in _IN_ENVIRONMENTS]
    for kind, text in _IN_ENVIRONMENTS.items():
        by_consumer: dict[str | None, list[str]] = {}
        for selected_match in matches:
            if selected_match.kind == kind:
                by_consumer.setdefault(selected_match.consumer, []).append(
                    f"{selected_match.name} ({selected_match.version})"
                )
        for consumer, where in by_consumer.items():
            who = f"version(s) of {consumer}" if consumer else "consumer version(s)"
            lines.append(f"{who} {text} {_join_words(where)}")
    return lines


_IN_ENVIRONMENTS = {"deployed": "currently deployed to", "released": "released and supported in"}


def _long(match: Match, provider: str) -> str:
    of = f"version of {match.consumer}" if match.consumer else "version"
    text = {
        "main branch": f"latest {of} from the main branch '{match.name}'",
        "branch": f"latest {of} from branch '{match.name}'",
        "tag": f"latest {of} tagged '{match.name}'",
        "all with tag": f"all {match.consumer or 'consumer'} versions tagged '{match.name}'",
    }.get(match.kind, f"latest version of {match.consumer or 'a consumer'} that has a pact with {provider}")
    if match.instead_of:
        how = "from branch" if match.kind == "branch" else "with tag"
        noun = "branch" if match.kind == "branch" else "tag"
        text += f" (fallback {noun} used as no pact was found {how} '{match.instead_of}')"
    return f"{text} ({match.version})"
