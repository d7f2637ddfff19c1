"""`python -m pactape` is the `pactape` command."""

from pactape.cli import main

if __name__ == "__main__":
    main()
