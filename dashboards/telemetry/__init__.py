"""The page of telemetry."""
