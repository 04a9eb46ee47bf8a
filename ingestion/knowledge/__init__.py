"""Knowledge: documents of a team become one versioned corpus, facts and a graph."""
