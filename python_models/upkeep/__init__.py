"""Upkeep of a lake: what may go, what is joined, moved and brought back."""
