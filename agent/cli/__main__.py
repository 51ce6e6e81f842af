"""`python -m agent.cli`, the same as the console script `vqa-agent`."""

from agent.cli.app import main

main()
