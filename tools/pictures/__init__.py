"""Pictures: read and checked once, kept by their ids, cut where a tool looks."""
