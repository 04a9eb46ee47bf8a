"""Pages: the main text of an article's HTML, and whether it is one at all."""

from ingestion.news.pages.read import PageRead, get_ready, read_page

__all__ = ["PageRead", "get_ready", "read_page"]
