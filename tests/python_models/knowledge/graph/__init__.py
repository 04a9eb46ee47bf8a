"""Tests of the graph of knowledge."""
