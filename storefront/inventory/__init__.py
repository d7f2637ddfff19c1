"""The inventory: stock and reservations."""
