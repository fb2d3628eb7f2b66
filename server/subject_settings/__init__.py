"""What a merchant decides of one subject; the worker and the overlay keep to it, whichever browser asked."""
