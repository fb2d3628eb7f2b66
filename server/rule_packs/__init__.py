"""The calendar of rule packs."""
