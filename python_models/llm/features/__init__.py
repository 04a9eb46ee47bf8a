"""Ways of asking beside one call a row: many rows, batches, cascades, embeddings."""
