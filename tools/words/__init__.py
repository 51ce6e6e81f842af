"""Words for things, groups and colours, in each language."""
