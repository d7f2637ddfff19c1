"""The reader of Bruno's files: .bru, OpenCollection in YAML, and exported collections in JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.recorders.formats.bruno.bru_files import bru_example, bru_examples, bru_variables
from pactape.recorders.formats.bruno.documents import (
    document_example,
    document_examples,
    environments_of,
    is_document,
)
from pactape.recorders.formats.bruno.examples import pair_of
from pactape.recorders.formats.bruno.grammar import Block
from pactape.recorders.formats.bruno.settings_files import common_values, variables_around
from pactape.recorders.recording import Entry, Reader, RecordedPair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["BRUNO"]

_META = re.compile(r"^meta \{\s*\n\s+name: ", re.MULTILINE)


def _is_bruno(source: Source) -> bool:
    return _is_bru(source) or is_document(source.value, source.path.absolute().parent.name)


def _is_bru(source: Source) -> bool:
    return source.path.suffix.lower() == ".bru" or bool(_META.search(source.text))


def _entries(source: Source) -> Iterable[Entry]:
    if _is_bru(source):
        variables = None
        for index, block in enumerate(bru_examples(source)):
            if variables is None:
                variables = {**variables_around(source.path), **bru_variables(source.text)}
            yield Entry(location=f"example[{index}]", value=(block, variables))
        return
    outer: dict[str, str] | None = None
    for location, example, variables in document_examples(source.value):
        if outer is None:
            outer = {**variables_around(source.path), **common_values(environments_of(source.value))}
        yield Entry(location=location, value=(example, {**outer, **variables}))


def _pair(entry: Entry, _: Source) -> RecordedPair:
    example, variables = entry.value
    of_form = bru_example if isinstance(example, Block) else document_example
    return pair_of(of_form(example, variables))


BRUNO = Reader(
    tool="Bruno",
    key="bruno",
    markers=(b"meta {", b"example {"),
    recognizes=_is_bruno,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
