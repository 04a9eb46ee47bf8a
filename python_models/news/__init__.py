"""News: versions of articles, passages, vectors, near copies and stories, as pure functions."""
