"""What the score of the coming days will be, and how well such answers held in the past."""
