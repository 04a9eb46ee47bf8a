"""Builds whose SQL runs on Spark: `make run ENGINE=spark`."""
