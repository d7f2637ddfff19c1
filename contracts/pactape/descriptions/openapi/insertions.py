"""Additions to a YAML document as insertions into its text: every character that is there stays, comments too."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import yaml

__all__ = ["with_additions"]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is faster
_Insertion = tuple[int, str]


class _NotAnAdditionError(Exception):
    """Something has changed that insertions can't express."""


def with_additions(text: str, existing: Any, merged: Any) -> str | None:
    r"""Return the text of a document with what a merged one has in addition; None when it can't be inserted.

    Args:
        text: A document in YAML, in the block style at least at its root.
        existing: Its value.
        merged: The same value with further members of mappings, and further items at the end of lists.

    Example:
        >>> with_additions("a:  # one\n  b: 1\n", {"a": {"b": 1}}, {"a": {"b": 1, "c": [2]}})
        'a:  # one\n  b: 1\n  c:\n  - 2\n'
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
        insertions = _insertions(text, root, existing, merged)
        # at one position, inner ones come first
        in_order = sorted(insertions, key=lambda insertion: insertion[0])
        for position, added in in_order[::-1]:
            text = text[:position] + added + text[position:]
        result = yaml.load(text, Loader=_Loader)  # noqa: S506 -- safe
    except (_NotAnAdditionError, yaml.YAMLError, ValueError):
        return None
    return text if _plain(result) == _plain(merged) else None


def _plain(value: Any) -> Any:
    """A value whose tuples are lists."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _insertions(text: str, node: yaml.Node | None, old: Any, new: Any) -> list[_Insertion]:
    if isinstance(node, yaml.MappingNode) and isinstance(old, dict) and isinstance(new, dict):
        return _into_mapping(text, node, old, new)
    if isinstance(node, yaml.SequenceNode) and isinstance(old, list) and isinstance(new, list):
        return _into_list(text, node, old, new)
    if old != new:
        raise _NotAnAdditionError
    return []


def _into_mapping(
    text: str, node: yaml.MappingNode, old: dict[Any, Any], new: dict[Any, Any]
) -> list[_Insertion]:
    if len(node.value) != len(old) or not old.keys() <= new.keys():  # a merge key, or a key that comes twice
        raise _NotAnAdditionError
    insertions: list[_Insertion] = []
    for (_, value), key in zip(node.value, old, strict=True):  # both in the order of the text
        insertions += _insertions(text, value, old[key], new[key])
    added = {key: value for key, value in new.items() if key not in old}
    if added and node.flow_style:
        return [*insertions, _in_brackets(node, json.dumps(added, default=str)[1:-1])]
    return [*insertions, _below(text, node, added)] if added else insertions


def _into_list(text: str, node: yaml.SequenceNode, old: list[Any], new: list[Any]) -> list[_Insertion]:
    if len(new) < len(old):
        raise _NotAnAdditionError
    insertions: list[_Insertion] = []
    for value, before, after in zip(node.value, old, new, strict=False):
        insertions += _insertions(text, value, before, after)
    added = new[len(old) :]
    if added and node.flow_style:
        return [*insertions, _in_brackets(node, json.dumps(added, default=str)[1:-1])]
    return [*insertions, _below(text, node, added)] if added else insertions


def _in_brackets(node: yaml.CollectionNode, added: str) -> _Insertion:
    return node.end_mark.index - 1, f"{', ' if node.value else ''}{added}"


def _below(text: str, node: yaml.CollectionNode, added: Any) -> _Insertion:
    """Lines after the last one of a collection, as far to the right."""
    end = _end(node)
    if end and text[end - 1] != "\n":  # the rest of the line may be a comment
        line_end = text.find("\n", end)
        end = len(text) if line_end < 0 else line_end + 1
    block: str = yaml.dump(added, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    line_break = "" if text[:end].endswith("\n") else "\n"
    return end, line_break + textwrap.indent(block, " " * node.start_mark.column)


def _end(node: yaml.Node) -> int:
    """Where the last value in a node ends, before comments and empty lines that follow."""
    last: Any = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    return int(last.end_mark.index)


class _Dumper(yaml.SafeDumper):
    """Writes every occurrence out: anchors would make a document that people can't read."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- PyYAML's signature
        return True
