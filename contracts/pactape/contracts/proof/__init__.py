"""Proves contracts before they are written: their recordings match them, and a provider can fulfil them."""
