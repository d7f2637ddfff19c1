"""Carrying a plan out: the new cassettes, the test modules, the settings, and the old files last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.errors import OutputError
from pactape.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.adopting.arguments import OldOptions
    from pactape.adopting.moves import Plan

__all__ = ["carry_out", "delete_old", "settings_lines", "write_new"]


def carry_out(plan: Plan, root: Path) -> None:
    """Write the new cassettes and the test modules; delete the old cassettes when nothing needs them.

    It can be repeated after an interruption. Nothing outside the project is deleted.

    Args:
        plan: The plan.
        root: The project's folder.

    Raises:
        OutputError: A file can't be written; the tests that are not yet changed still find their cassettes.
    """
    write_new(plan, root)
    delete_old(plan, root)


def write_new(plan: Plan, root: Path) -> None:
    """Write the new cassettes, the settings and the test modules.

    Raises:
        OutputError: A file can't be written.
    """
    for move in plan.moves:
        write_atomically(move.new, move.data)
    _write_settings(plan.options, root / "pyproject.toml")
    for change in plan.modules:
        write_atomically(change.path, change.text())


def delete_old(plan: Plan, root: Path, *, put_back: frozenset[Path] = frozenset()) -> None:
    """Delete the old cassettes that nothing needs any more.

    Args:
        plan: The plan.
        root: The project's folder; nothing outside is deleted.
        put_back: Old cassettes that tests need that were put back.

    Raises:
        OutputError: A file can't be deleted.
    """
    old = {file for move in plan.moves for file in move.old}
    done = old - {move.new for move in plan.moves} - plan.kept - put_back
    for file in sorted(done):
        if not file.resolve().is_relative_to(root.resolve()):
            continue
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"can't be deleted ({error.strerror})", where=file, remedy="delete it: its copy is in use"
            ) from error


def settings_lines(options: OldOptions) -> dict[str, list[str]]:
    """Return the lines of settings by table that have the meaning of old options."""
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


def _write_settings(options: OldOptions, path: Path) -> None:
    """Add settings that the file doesn't have; what it has stays as it is."""
    text = before = path.read_text("utf-8") if path.is_file() else ""
    for table, lines in settings_lines(options).items():
        for line in lines:
            text = _with_setting(text, table, line)
    if text != before:
        write_atomically(path, text.encode())


def _with_setting(text: str, table: str, line: str) -> str:
    header = re.search(rf"^\[{re.escape(table)}\][^\n]*\n", text, re.MULTILINE)
    if header is None:
        separator = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{separator}[{table}]\n{line}\n"
    end = text.find("\n[", header.end())
    section = text[header.end() : end if end >= 0 else len(text)]
    name = line.partition(" =")[0]
    if re.search(rf"^{name}\s*=", section, re.MULTILINE):
        return text
    return f"{text[: header.end()]}{line}\n{text[header.end() :]}"


def _toml(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
