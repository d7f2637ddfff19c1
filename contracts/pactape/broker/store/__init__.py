"""The broker's storage: tables, and functions that read and change them within a transaction."""
