"""A product or a shop, before it is taken on."""
