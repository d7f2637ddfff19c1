"""Reads test modules as syntax trees: their tests, old markers and uses of vcrpy, and the edits to replace them."""
