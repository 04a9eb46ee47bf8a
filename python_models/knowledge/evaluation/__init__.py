"""Public sets with known answers: questions with spans, names, relations, matched pairs."""
