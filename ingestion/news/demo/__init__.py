"""A SYNTHETIC internet of news: made by a seed, served on this machine, its truth beside it."""

from ingestion.news.demo.captured import CapturedInternet
from ingestion.news.demo.server import DemoInternet, demo_as_of

__all__ = ["CapturedInternet", "DemoInternet", "demo_as_of"]
