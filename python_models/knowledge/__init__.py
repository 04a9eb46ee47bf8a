"""Knowledge: documents, chunks, facts and graphs, as pure functions over rows."""
