"""What is asked: prompts, calls and their identity, answers and their types."""
