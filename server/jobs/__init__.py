"""Tasks of a subject that failed: reading why, and trying them again."""
