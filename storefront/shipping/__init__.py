"""The shipping: tariff and shipments."""
