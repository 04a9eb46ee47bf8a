"""Tests of what is taken for one thing."""
