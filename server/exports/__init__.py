"""What is stored of a subject, for its merchant to take along."""
