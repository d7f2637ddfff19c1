"""The `pactape` command: one module a subcommand, and one place that turns errors into exit codes.

Exit codes are those that pytest users expect: 0 it holds, 1 it does not, 2 it could not be determined (bad input,
no server); 130 when Ctrl-C ends it.
"""

from __future__ import annotations

import difflib
import importlib
import io
import sys

import click

from pactape.errors import PactapeError

__all__ = ["command", "main"]

#: The subcommands and their summaries, short enough for 80 columns; each is in the module of its name, with `_` for
#: `-`. `pactape --help` imports none of them.
_SUBCOMMANDS = {
    "adopt": "Move tests over from pytest-recording or pytest-vcr.",
    "broker": "Serve a Pact broker.",
    "can-i-deploy": "Check whether a version may go to an environment.",
    "check": "Compare recordings, contracts and client code.",
    "convert": "Write recordings in the form of another tool.",
    "derive": "Write the contracts that recordings give.",
    "drift": "Record again, and report what providers changed.",
    "explain": "Show the evidence for each rule of a contract.",
    "init": "Write a commented table of settings.",
    "lint": "Find secrets in cassettes and contracts.",
    "openapi": "Write the OpenAPI document of recordings.",
    "publish": "Publish contracts to a broker.",
    "record": "Record any client through a proxy.",
    "record-deployment": "Record that a version was deployed.",
    "replay-server": "Serve cassettes over HTTP.",
    "verify": "Verify a provider against its contracts.",
}
_COULD_NOT_TELL = 2
_INTERRUPTED = 130  # as shells report a command that SIGINT ended


class _Subcommands(click.Group):
    """Imports a subcommand's module only when the subcommand is used: `pactape --help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        if cmd_name not in _SUBCOMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(importlib.import_module(f"pactape.cli.{name}"), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUBCOMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], _SUBCOMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None


@click.group(cls=_Subcommands, name="pactape", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pactape")
def command() -> None:
    """Your test recordings are your contracts."""


def main() -> None:
    """Run the command and exit with its exit code."""
    _replace_what_output_cannot_show()
    sys.exit(_run())


def _replace_what_output_cannot_show() -> None:
    """Write escapes for characters that the output's encoding lacks, instead of failing: cp1252, ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run() -> int:
    try:
        code = command.main(prog_name="pactape", standalone_mode=False)
    except PactapeError as error:
        click.echo(f"pactape: {error}", err=True)
        return _COULD_NOT_TELL
    except click.ClickException as error:
        error.show()
        return _COULD_NOT_TELL
    except (click.Abort, KeyboardInterrupt):
        click.echo("pactape: interrupted", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # who read the output has closed it; Python would complain about that once more
        return _COULD_NOT_TELL
    return code if isinstance(code, int) else 0
