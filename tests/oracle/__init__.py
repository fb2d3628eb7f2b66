"""The rules once more, from the specification alone: slow, obvious, and sharing nothing with the engine.

It works on records as `json.loads` gives them and counts in fractions. Where the specification is silent it says which
reading it takes.
"""
