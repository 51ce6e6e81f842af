"""A pretrained language model that learns to plan: LoRA on the built-in planner's conversations."""
