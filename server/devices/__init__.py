"""Pairing, and the devices that came of it."""
