"""The outer road: declarations, deliveries, packages, the reading process, the pipeline."""
