"""The broker's rules as pure functions: which contracts to verify, what is pending, what may go."""
