"""Phase 7's checks of a written analysis against the passages it cites."""
