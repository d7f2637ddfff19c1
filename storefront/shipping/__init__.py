"""The shipping: what it costs, and the shipments."""
