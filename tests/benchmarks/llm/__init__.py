"""What the LLM door must reach, each figure beside its floor or a bare client in the same run."""
