"""Shrunk means per name: a product, merchant or province seen twice says little, one seen a thousand times a lot."""

import numpy as np

from shared_scoring.risk.table import Codes, Column


def shrunk(codes: Codes, size: int, values: Column, weights: Column, strength: float, towards: float = 0.0) -> Column:
    """The mean of each code, as if `strength` more members had shown `towards`."""
    total = np.bincount(codes, values * weights, size)
    weight = np.bincount(codes, weights, size)
    result: Column = (total + strength * towards) / (weight + strength)
    return result


def shrunk_log_odds(codes: Codes, size: int, hits: Column, strength: float, fallback: float) -> Column:
    """The log odds of each code's rate, shrunk towards the rate of all, itself shrunk towards `fallback`."""
    rate = (hits.sum() + 10 * fallback) / (len(hits) + 10)
    rates = shrunk(codes, size, hits, np.ones(len(hits)), strength, rate)
    return log_odds(rates)


def log_odds(rate: Column) -> Column:
    kept = np.clip(rate, 1e-4, 1 - 1e-4)
    result: Column = np.log(kept / (1 - kept))
    return result
