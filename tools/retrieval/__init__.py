"""Search over pictures on the disk: an index of folders, brought up to date and asked.

`index_file` is the one file that it is kept in, `updating` fills it, `searching` asks it. It takes
encoders as they are (`tools.networks.encoders`) and knows no network; the command line is
`agent.cli.retrieval`'s.
"""
