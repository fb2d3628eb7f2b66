"""Shops and creators, and whose they are."""
