"""Tests of what models of news are made of."""
