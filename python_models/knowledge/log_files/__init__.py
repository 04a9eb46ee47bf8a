"""Logs: lines to events by a declared pattern, events to templates."""
