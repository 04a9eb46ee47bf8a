"""SYNTHETIC conversations: made by rules from a seed, in several formats, with what is known of
each record written beside them."""
