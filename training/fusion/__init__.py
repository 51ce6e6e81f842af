"""Training of the fused model: from questions about photographs to answers with probabilities."""
