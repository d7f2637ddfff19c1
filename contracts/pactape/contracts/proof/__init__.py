"""Proves contracts before they are written: their own recordings keep them, and a provider can."""
