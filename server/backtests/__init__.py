"""The proof of the predictions, in numbers and pictures."""
