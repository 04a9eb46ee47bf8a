"""What was paid for: the journal, the ledger folded from it, recovery, forgetting."""
