"""Forgetting an object: out of every file of the lake, with all that was made of it."""
