"""Phase 9: everything again, by other code than the checks of phase 7, and across items."""
