"""What all rooms share: pytester, to run the plugin in projects of its own."""

from __future__ import annotations

pytest_plugins = ["pytester"]
