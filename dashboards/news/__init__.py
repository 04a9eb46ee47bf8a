"""News: the report, why an item is in it or not, stories, sources, and two runs compared."""
