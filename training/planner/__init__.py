"""The built-in planner: recipe of its data, its tokenizer, its training and its evaluation."""
