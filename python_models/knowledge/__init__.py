"""Knowledge: documents out of objects, chunks, facts, entities and a graph."""
