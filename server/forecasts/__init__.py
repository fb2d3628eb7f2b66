"""The score of the coming days."""
