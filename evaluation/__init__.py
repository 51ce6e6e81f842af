"""Measures the tools on labelled pictures; `vqa-agent eval` is its command line."""
