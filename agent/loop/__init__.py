"""What surrounds a step of the loop: budgets, tool calls, streaming, one question's state."""
