"""The days gone by."""
