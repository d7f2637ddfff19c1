"""Contracts: from recorded exchanges to Pact files."""

from pactape.contracts.derive import Contract, Derivation, derive, write_contracts
from pactape.contracts.grouping import LeftOut, Party

__all__ = ["Contract", "Derivation", "LeftOut", "Party", "derive", "write_contracts"]
