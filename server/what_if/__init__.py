"""The score as it would be if some records were otherwise."""
