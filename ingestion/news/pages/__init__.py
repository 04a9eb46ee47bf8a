"""Pages: the main text of an article's HTML, and whether it is one at all."""

from ingestion.news.pages.read import PageRead, read_page

__all__ = ["PageRead", "read_page"]
