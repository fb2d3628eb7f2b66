"""One order and all that hangs on it."""
