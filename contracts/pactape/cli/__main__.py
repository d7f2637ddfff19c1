"""`python -m pactape.cli` is the `pactape` command."""

from pactape.cli import main

main()
