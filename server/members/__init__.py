"""The people of an account: what each may do, and how one more is let in."""
