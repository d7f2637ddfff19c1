"""The `pactape` command, and `python -m pactape`."""

import gc

__all__ = ["main"]


def main() -> None:
    """Run the command and exit with its exit code."""
    gc.disable()  # importing creates no garbage, and looking for some would take a tenth of the time
    from pactape.cli import main as run  # noqa: PLC0415 -- without the garbage collection

    run()


if __name__ == "__main__":
    main()
