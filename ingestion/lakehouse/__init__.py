"""The ground floor: settings, paths, catalog, locks, journals. Imports nothing of ours."""
