"""How far judges agree, how harsh each is, and where the variance of scores comes from."""
