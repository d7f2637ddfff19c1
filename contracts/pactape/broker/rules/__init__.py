"""The broker's rules as pure functions: which contracts to verify, what is pending, what can be deployed."""
