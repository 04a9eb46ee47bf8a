"""News: feeds and pages, filtered, ranked, explained and checked in a report."""
