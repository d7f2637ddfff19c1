"""The inventory: what is in stock, and who holds how much of it."""
