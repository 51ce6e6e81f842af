"""Pictures that came in: checked, kept once by content, named by handles."""
