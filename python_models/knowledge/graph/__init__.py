"""Facts to a graph: what an ontology makes of them, and when an edge holds."""
