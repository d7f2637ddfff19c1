"""Contracts: from recorded exchanges to Pact files."""

from pactape.contracts.derive import Contract, Derivation, derive
from pactape.contracts.participants import ContractParties
from pactape.contracts.samples.exclusions import Exclusion
from pactape.contracts.write import write_contracts

__all__ = ["Contract", "ContractParties", "Derivation", "Exclusion", "derive", "write_contracts"]
