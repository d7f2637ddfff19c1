"""The broker's rules as pure functions over plain records: which contracts to verify, what is pending, what may go."""
