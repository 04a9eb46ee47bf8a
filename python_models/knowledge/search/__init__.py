"""Search: postings of words, vectors beside the release, and both fused by their places."""
