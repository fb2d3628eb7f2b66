"""All a page needs in one call."""
