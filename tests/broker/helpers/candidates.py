"""Test helpers: pact versions for selectors to choose from."""

from __future__ import annotations

from typing import Any

from pactape.broker.records import Publication
from pactape.broker.rules.candidates import Candidate


def candidate(version: int, *, consumer: str = "web", content: int | None = None, **more: Any) -> Candidate:
    names: dict[str, Any] = {
        key: frozenset(more.pop(key, ())) for key in ("branches", "head_of_branches", "tags", "head_of_tags")
    }
    publication = Publication(
        consumer=consumer,
        provider="users",
        version=str(version),
        version_id=version,
        content_id=version if content is None else content,
        sha=f"sha-{content or version}",
        created_at="2026-01-01",
    )
    return Candidate(publication=publication, **names, **more)
