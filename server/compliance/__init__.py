"""Texts a merchant is about to send, checked for what may not be said to a buyer."""
