"""Promises about news."""
