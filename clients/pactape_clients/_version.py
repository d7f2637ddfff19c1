"""The version of the distribution `pactape-clients`; its build reads it from here."""

__version__ = "0.1.0"
