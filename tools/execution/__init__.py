"""How a tool's calls are run: one worker a tool, batches, a cache in front."""
