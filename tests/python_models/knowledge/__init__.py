"""Tests of what models of knowledge are made of."""
