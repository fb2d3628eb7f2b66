"""Records that failed: listed with their reason, and taken in again once they fit."""
