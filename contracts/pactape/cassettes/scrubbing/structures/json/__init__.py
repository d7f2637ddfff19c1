"""JSON: documents, the names that count for a value, and members that describe other members."""
