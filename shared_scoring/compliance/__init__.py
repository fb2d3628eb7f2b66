"""Whether a text keeps to what the platform allows a merchant to say to a buyer (product-rules.md, 7)."""
