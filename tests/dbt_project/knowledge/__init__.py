"""Tests of models of knowledge."""
