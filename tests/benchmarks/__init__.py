"""Benchmarks: `make bench` and `make bench-llm`; seconds are reported, never asserted."""
