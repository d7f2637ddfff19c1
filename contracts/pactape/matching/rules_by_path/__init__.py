"""Rules by path: parsing a contract's matching rules, and selecting those that apply to a value."""
