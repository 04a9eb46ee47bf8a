"""Asking hosts of the web: politely, within bounds, and never an address that is not public."""
