"""Order risk: what is about to happen to each open order, learned from the subject's own past (docs/prediction.md)."""
