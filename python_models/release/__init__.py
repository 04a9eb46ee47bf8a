"""Releases: marts become pinned Iceberg snapshots, and one file that readers open."""
