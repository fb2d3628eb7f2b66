"""Whole shops with a hidden response, from a seed: what koubei's learning is judged on.

Nothing here imports shared_scoring or knows how it learns. `shop.build` and `creator.build` make the worlds that may be
looked at while working on a learner; `elsewhere.build` makes shops by other code under other assumptions, which are for
checking only.
"""
