"""Scores out."""
