"""What callers hand in: their settings, values and functions, and the exceptions that these raise."""
