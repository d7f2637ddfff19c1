"""Plugins that several rooms' tests use; pytest takes them only from the top."""

pytest_plugins = ["pytester"]
