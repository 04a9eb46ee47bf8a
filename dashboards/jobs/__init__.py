"""Long work that pages and the API start: a command, its supervisor, and how far it is."""
