"""The `pactape` command, and `python -m pactape`."""

from __future__ import annotations

import gc
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

__all__ = ["main"]

_INTERRUPTED = 130  # the code that shells report for a command ended by SIGINT


def main() -> None:
    """Run the command and exit with its exit code."""
    gc.disable()  # importing creates no garbage, and looking for some would take a tenth of the time
    try:
        with _verifier_for(sys.argv[1:]):
            from pactape.cli import main as run  # noqa: PLC0415 -- without the garbage collection

            run()
    except KeyboardInterrupt:  # during the imports; the command handles its own
        sys.stderr.write("pactape: interrupted\n")
        sys.exit(_INTERRUPTED)


def _verifier_for(arguments: Sequence[str]) -> AbstractContextManager[None]:
    """Start the official verifier's process if it is needed: it loads while this process imports the command."""
    if arguments[:1] != ["verify"] or not {"-h", "--help"}.isdisjoint(arguments):
        return nullcontext()
    from pactape.verification.official.child_process.process import start_early  # noqa: PLC0415 -- only for it

    return start_early()


if __name__ == "__main__":
    main()
