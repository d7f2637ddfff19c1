"""The `pactape` command: one module a subcommand, and one place that turns errors into exit codes.

Exit codes are those that pytest users expect: 0 it holds, 1 it does not hold, 2 could not tell (bad input, no
server).
"""

from __future__ import annotations

import importlib
import sys

import click

from pactape.errors import PactapeError

__all__ = ["command", "main"]

#: The subcommands; each is in the module of its name, with `_` for `-`.
_SUBCOMMANDS = (
    "adopt",
    "broker",
    "can-i-deploy",
    "check",
    "derive",
    "drift",
    "explain",
    "lint",
    "publish",
    "record-deployment",
    "replay-server",
    "verify",
)


class _Subcommands(click.Group):
    """Imports a subcommand's module when it is asked for, so that none pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        if cmd_name not in _SUBCOMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(importlib.import_module(f"pactape.cli.{name}"), name)
        return found


@click.group(cls=_Subcommands, name="pactape", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pactape")
def command() -> None:
    """Your test recordings are your contracts."""


def main() -> None:
    """Run the command and leave with its exit code."""
    try:
        command()
    except PactapeError as error:
        click.echo(f"pactape: {error}", err=True)
        sys.exit(2)
