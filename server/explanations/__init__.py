"""Why the score moved between two days."""
