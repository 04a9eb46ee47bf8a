"""Chunkers: where a document's text is cut. Spans are [start, end) code points of that text."""
