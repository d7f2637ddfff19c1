"""Which fields a GraphQL document selects."""

from __future__ import annotations

import pytest
from pactape.integrations.selections import selected_fields


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ("{ me: user { id posts { title } } }", ("data.me.id", "data.me.posts.title")),
        ("query { user { ...F } } fragment F on User { id }", ("data.user.id",)),
        ("{ user { ... on Admin { level } id } }", ("data.user.id", "data.user.level")),
        ("{ user { id ...Unknown } }", ("data.user.id",)),
        ("{ user {", None),
        ("query A { a } query B { b }", None),
    ],
)
def test_a_document_selects_what_its_one_operation_names(
    document: str, fields: tuple[str, ...] | None
) -> None:
    assert selected_fields(document) == fields
