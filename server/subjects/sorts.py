"""What subjects can be sorted by: for the API, and for the command line, which asks it."""

SORTS = ("id", "name", "total", "change", "at_risk", "expected_loss")
