"""The API under load, attack and large files: `make bench-api`."""
