"""Examples in Bruno's .bru files: https://docs.usebruno.com/bru-lang/overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.errors import CassetteFormatError
from pactape.recorders.formats.bruno.examples import Example
from pactape.recorders.formats.bruno.grammar import Block, top_level_blocks
from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from pactape.recorders.formats.bruno.examples import Pairs
    from pactape.recorders.source import Source

__all__ = ["bru_example", "bru_examples", "bru_variables"]

_KINDS = {"formUrlEncoded": "form"}


def bru_examples(source: Source) -> list[Block]:
    """Return the `example` blocks of a .bru file.

    Raises:
        CassetteFormatError: A block isn't closed.
    """
    try:
        examples = [block for name, block in top_level_blocks(source.text) if name == "example"]
    except ValueError as error:
        raise _damaged_file(source, str(error)) from error
    if source.text.strip() and source.text.rstrip()[-1] not in "}]":
        raise _damaged_file(source, "its last block isn't closed")
    return examples


def bru_variables(text: str) -> dict[str, str]:
    """Return the variables that a .bru file sets: pre-request variables, or those of an environment.

    Raises:
        ValueError: A block isn't closed.
    """
    return {
        name: str(value)
        for block_name, block in top_level_blocks(text)
        if block_name != "example"
        for name, value in block
    }


def bru_example(block: Block, variables: dict[str, str]) -> Example:
    """Return an example.

    Raises:
        SkipEntryError: It has no request or no response.
    """
    request, response = block.block("request"), block.block("response")
    if request is None:
        raise SkipEntryError("has no request")
    if response is None:
        raise SkipEntryError("has no response")
    body = response.block("body")
    mode = str(request.get("mode") or "none")
    return Example(
        method=str(request.get("method") or ""),
        url=str(request.get("url") or ""),
        headers=_pairs(request.block("headers")),
        path=_pairs(request.block("params:path")),
        query=_pairs(request.block("params:query")),
        body_kind=_KINDS.get(mode, mode),
        body=str(request.get(f"body:{mode}") or ""),
        fields=_pairs(request.block("body:form-urlencoded")),
        graphql_variables=str(request.get("body:graphql:vars") or ""),
        status=_code(response.get("status")),
        response_headers=_pairs(response.block("headers")),
        response_kind=str((body or Block()).get("type") or ""),
        response_content=response.get("body") if body is None else body.get("content"),
        variables=variables,
    )


def _pairs(block: Block | None) -> Pairs:
    return [(name, str(value)) for name, value in block or ()]


def _code(status: Any) -> Any:
    """Return the status code; old imports have code and text swapped: "code: Accepted", "text: 202"."""
    if not isinstance(status, Block):
        return status
    code = status.get("code")
    return status.get("text") if code and not str(code).isdigit() else code


def _damaged_file(source: Source, problem: str) -> CassetteFormatError:
    return CassetteFormatError(
        f"is a damaged Bruno file ({problem})",
        where=source.path,
        remedy="restore the file, or save it with Bruno",
    )
