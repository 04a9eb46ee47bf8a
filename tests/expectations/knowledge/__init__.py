"""Tests of promises about knowledge."""
