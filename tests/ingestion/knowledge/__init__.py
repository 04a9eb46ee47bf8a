"""Tests of how knowledge lands."""
