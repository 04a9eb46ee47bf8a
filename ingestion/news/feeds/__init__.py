"""Feeds: bytes of RSS, RDF, Atom or JSON Feed become entries, or a word that says why not."""

from ingestion.news.feeds.read import FeedOptions, FeedRead, read_feed

__all__ = ["FeedOptions", "FeedRead", "read_feed"]
