"""Contracts: from recorded exchanges to Pact files."""

from pactape.contracts.derive import Contract, Derivation, derive
from pactape.contracts.participants import Party
from pactape.contracts.samples.exclusions import LeftOut
from pactape.contracts.write import write_contracts

__all__ = ["Contract", "Derivation", "LeftOut", "Party", "derive", "write_contracts"]
