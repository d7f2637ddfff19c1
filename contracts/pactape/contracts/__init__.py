"""Contracts: from recorded exchanges to Pact files."""

from pactape.contracts.derive import Contract, Derivation, derive
from pactape.contracts.leaving_out import LeftOut
from pactape.contracts.parties import Party
from pactape.contracts.writing import write_contracts

__all__ = ["Contract", "Derivation", "LeftOut", "Party", "derive", "write_contracts"]
