"""The `pactape` command."""
