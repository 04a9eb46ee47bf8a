"""Phase 10: the items of a report, what they cost and why they are in it, and its files."""
