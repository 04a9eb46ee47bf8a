"""How it is asked: rows, dispatcher, pacing, budget, estimate."""
