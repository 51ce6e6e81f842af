"""What the service tells of its work: metrics, lines of the log, spans. Nothing of its content."""
