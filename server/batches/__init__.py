"""Records in: batches with a receipt."""
