"""Gates of news."""
