"""Contracts: from recorded exchanges to Pact files."""

from pactape.contracts.derive import Derivation, SkippedFile, derive
from pactape.contracts.pacts.contract import Contract
from pactape.contracts.participants import ContractParties
from pactape.contracts.proof.problems import Problem
from pactape.contracts.samples.exclusions import Exclusion
from pactape.contracts.write import leftover_files, write_contracts

__all__ = [
    "Contract",
    "ContractParties",
    "Derivation",
    "Exclusion",
    "Problem",
    "SkippedFile",
    "derive",
    "leftover_files",
    "write_contracts",
]
