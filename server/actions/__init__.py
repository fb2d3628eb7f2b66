"""What to do first: the actions the worker found, their life, and the cheapest plan to a target."""
