"""Which names and ids are one thing: strong ids, scores, and what people decided."""
