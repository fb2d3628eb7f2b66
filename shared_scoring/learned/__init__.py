"""The learned response: how a subject's values become the scores of its dimensions, from its own official days.

docs/prediction.md says what is believed and when.
"""
