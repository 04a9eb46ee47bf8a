"""Names that builds on Spark give in the catalog beside those of tables."""

PREFIX = "pinned_"  # before a raw namespace: its tables as the run that goes on pinned them
UNTIL = "__until_"  # between a released table's name and the last release that may read it
