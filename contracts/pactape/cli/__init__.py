"""The `pactape` command: one module per subcommand, and one place that turns errors into exit codes.

Exit codes are those that pytest users expect: 0 everything holds, 1 something doesn't, 2 it could not be
determined (bad input, no server); 130 after Ctrl-C.
"""

from __future__ import annotations

import gc
import importlib
import io
import sys
from typing import TYPE_CHECKING

import click

from pactape.errors import PactapeError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["command", "main"]

#: The subcommands and their summaries, short enough for 80 columns. Each is in the module of the same name,
#: with `_` for `-`. `pactape --help` imports none of them.
_SUBCOMMANDS = {
    "adopt": "Move tests over from vcrpy or one of its plugins.",
    "broker": "Serve a Pact broker.",
    "can-i-deploy": "Check whether a version can be deployed.",
    "check": "Compare recordings, contracts and client code.",
    "convert": "Write recordings in the format of another tool.",
    "derive": "Derive contracts from recordings.",
    "drift": "Record again, and report what providers changed.",
    "explain": "Show the evidence for each rule of a contract.",
    "init": "Write a commented table of settings.",
    "lint": "Find secrets in cassettes and contracts.",
    "models": "Write Python models of the response fields in use.",
    "openapi": "Write an OpenAPI document from recordings.",
    "propose-ignores": "Find parts of requests that change with each run.",
    "publish": "Publish contracts to a broker.",
    "record": "Record any client through a proxy.",
    "record-deployment": "Record that a version was deployed.",
    "replay-server": "Serve cassettes over HTTP.",
    "verify": "Verify a provider against its contracts.",
}
_COULD_NOT_TELL = 2
#: How many objects are created between two collections; Python's 700 would cause dozens of them during imports.
_GARBAGE_THRESHOLD = 50_000
_INTERRUPTED = 130  # the code that shells report for a command ended by SIGINT


class _Subcommands(click.Group):
    """Imports a subcommand's module only when the subcommand is used, so that `pactape --help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        if cmd_name not in _SUBCOMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"pactape.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUBCOMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete options and subcommands; subcommands come with their full summaries, without being imported."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 -- only for completion

        names = [
            CompletionItem(name, help=summary)
            for name, summary in _SUBCOMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # noqa: PLC0415 -- only needed for an error

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
    gc.freeze()  # imported modules stay, so the garbage collector needn't scan them
    gc.set_threshold(_GARBAGE_THRESHOLD)
    gc.enable()
    _replace_what_output_cannot_show()
    code = _run()
    gc.freeze()  # Python would look for garbage twice before exiting
    sys.exit(code)


def _replace_what_output_cannot_show() -> None:
    """Escape characters that the output's encoding (cp1252, ASCII) lacks, instead of failing."""
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
        sys.stderr.close()  # the reader has closed the output; Python would report that a second time
        return _COULD_NOT_TELL
    return code if isinstance(code, int) else 0
