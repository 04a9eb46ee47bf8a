"""The lake's own catalog over the Iceberg REST protocol: `make catalog`."""
