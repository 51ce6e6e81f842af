"""The planner in this process: small weights, and a grammar that keeps its calls valid."""
