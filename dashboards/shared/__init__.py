"""Pages that all products share."""
