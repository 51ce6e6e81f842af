"""What may be said: the evidence ledger, references into it, and the check of every sentence.

`agent.grounding.check` is where a sentence is judged.
"""
