"""..."""

TABLES = []
