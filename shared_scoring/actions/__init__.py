"""What to do first: candidate actions from a subject's records, their gain, and the cheapest plan to a target."""
