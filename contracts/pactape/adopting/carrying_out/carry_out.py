"""Carrying out a plan: write new cassettes, test modules and settings; then delete the old files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.adopting.carrying_out.journal import Journal
from pactape.files import write_atomically
from pactape.pyproject_file import FILE_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.adopting.arguments import OldOptions
    from pactape.adopting.planning.moves import Plan

__all__ = ["carry_out", "obsolete_files", "settings_lines", "write_new"]


def carry_out(plan: Plan, root: Path) -> None:
    """Write the new cassettes and the test modules; delete old cassettes that are no longer needed.

    It can be repeated after an interruption. Nothing outside the project is deleted.

    Args:
        plan: The plan.
        root: The project's folder.

    Raises:
        OutputError: A file can't be written; tests that are not changed yet still find their cassettes.
    """
    write_new(plan, root).finish(obsolete_files(plan, root))


def write_new(plan: Plan, root: Path) -> Journal:
    """Write the new cassettes, the settings and the test modules.

    Returns:
        The journal of the written modules, which also finishes the adoption.

    Raises:
        OutputError: A file can't be written.
    """
    for move in plan.moves:
        write_atomically(move.new, move.data)
    for folder in plan.projects:
        is_ours = folder == root.absolute()
        _write_settings(plan.options, folder / FILE_NAME, needs_table=is_ours and plan.needs_table)
    journal = Journal(root, {change.path: change.source for change in plan.modules})
    for change in plan.modules:
        journal.write_module(change.path, change.text())
    return journal


def obsolete_files(plan: Plan, root: Path, *, put_back: frozenset[Path] = frozenset()) -> list[Path]:
    """Return the old cassettes that are no longer needed.

    Args:
        plan: The plan.
        root: The project's folder; files outside aren't obsolete.
        put_back: Old cassettes of tests that were put back.
    """
    old = {file for move in plan.moves for file in move.old}
    obsolete = old - {move.new for move in plan.moves} - plan.kept - put_back
    return sorted(file for file in obsolete if file.resolve().is_relative_to(root.resolve()))


def settings_lines(options: OldOptions) -> dict[str, list[str]]:
    """Return lines of settings, by table, that are equivalent to old options."""
    tables: dict[str, list[str]] = {"tool.pactape": [], "tool.pactape.match": [], "tool.pactape.scrub": []}
    if options.ignore_hosts:
        tables["tool.pactape"].append(f"ignore_hosts = {_toml(options.ignore_hosts)}")
    if options.ignore_localhost:
        tables["tool.pactape"].append("ignore_localhost = true")
    if options.ignore:
        tables["tool.pactape.match"].append(f"ignore = {_toml(options.ignore)}")
    if options.repeats:
        tables["tool.pactape.match"].append("repeats = true")
    if options.secrets:
        tables["tool.pactape.scrub"].append(f"names = {_toml(options.secrets)}")
    return {table: lines for table, lines in tables.items() if lines}


def _write_settings(options: OldOptions, path: Path, *, needs_table: bool) -> None:
    """Add missing settings to the file; existing ones stay unchanged.

    At least an empty table is written, because tests would look for their cassettes elsewhere without it.
    """
    before = path.read_text("utf-8") if path.is_file() else ""
    text = before
    tables = {**({"tool.pactape": []} if needs_table else {}), **settings_lines(options)}
    for table, lines in tables.items():
        text = _with_table(text, table)
        for line in lines:
            text = _with_setting(text, table, line)
    if text != before:
        write_atomically(path, text.encode())


def _with_table(text: str, table: str) -> str:
    if re.search(rf"^\[{re.escape(table)}\]", text, re.MULTILINE):
        return text
    separator = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{separator}[{table}]\n"


def _with_setting(text: str, table: str, line: str) -> str:
    """Return the text of a file with a setting added to an existing table."""
    header = re.search(rf"^\[{re.escape(table)}\][^\n]*(\n|$)", text, re.MULTILINE)
    assert header is not None  # noqa: S101 -- _with_table has written it
    end = text.find("\n[", header.end())
    section = text[header.end() : end if end >= 0 else len(text)]
    name = line.partition(" =")[0]
    if re.search(rf"^{name}\s*=", section, re.MULTILINE):
        return text
    return f"{text[: header.end()]}{line}\n{text[header.end() :]}"


def _toml(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
