"""The `pactape` command: one module a subcommand, and one place that turns errors into exit codes.

Exit codes are those that pytest users expect: 0 it holds, 1 it does not hold, 2 could not tell (bad input, no
server).
"""

from __future__ import annotations

import sys

import click

from pactape.cli.broker import broker
from pactape.cli.can_i_deploy import can_i_deploy
from pactape.cli.derive import derive
from pactape.cli.lint import lint
from pactape.cli.publish import publish
from pactape.cli.record_deployment import record_deployment
from pactape.cli.verify import verify
from pactape.errors import PactapeError

__all__ = ["command", "main"]


@click.group(name="pactape", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pactape")
def command() -> None:
    """Your test recordings are your contracts."""


command.add_command(broker)
command.add_command(can_i_deploy)
command.add_command(derive)
command.add_command(lint)
command.add_command(publish)
command.add_command(record_deployment)
command.add_command(verify)


def main() -> None:
    """Run the command and leave with its exit code."""
    try:
        command()
    except PactapeError as error:
        click.echo(f"pactape: {error}", err=True)
        sys.exit(2)
