"""What leaves the window, and when."""
