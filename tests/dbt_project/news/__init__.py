"""The models of news over raw tables written by tests."""
