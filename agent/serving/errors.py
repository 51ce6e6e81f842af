"""What goes wrong with a server of our own, and the likely cause from what it logged."""

from __future__ import annotations

import re


class ServingError(Exception):
    """The server could not be started, or ended; the message says what to do next."""


_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"address already in use|error while attempting to bind",
        "the port is taken: choose another with --port, or end what listens there",
    ),
    (
        (
            r"out ?of ?memory|No available memory for the cache blocks|"
            r"less than desired GPU memory utilization|CUDA_ERROR_OUT_OF_MEMORY|"
            r"Cannot allocate memory"
        ),
        (
            "there is not enough memory: choose a smaller or quantised model, a shorter context "
            "(-- --max-model-len 8192), or give it a larger share (--gpu-memory-utilization)"
        ),
    ),
    (
        r"KV cache.{0,200}(?:larger than|exceeds)|max seq len .{0,80} is larger than",
        (
            "the context does not fit into the memory that is left for it: shorten it "
            "(-- --max-model-len 8192)"
        ),
    ),
    (
        (
            r"invalid tool call parser|tool parser.{0,60}not (?:found|registered)|"
            r"invalid reasoning parser|reasoning parser.{0,60}not found"
        ),
        (
            "this vLLM does not know the parser: update it, or name one that it knows "
            "(-- --tool-call-parser NAME)"
        ),
    ),
    (
        r"unrecognized arguments|invalid choice",
        "this vLLM does not know an option that it was given: see the log for its name",
    ),
    (
        r"GatedRepoError|gated repo|401 Client Error|Access to model .{0,80} is restricted",
        "the hub wants you to accept the model's licence and to log in (hf auth login)",
    ),
    (
        r"RepositoryNotFoundError|is not a valid model identifier|404 Client Error",
        "there is no such model on the hub: check the name",
    ),
    (
        (
            r"LocalEntryNotFoundError|OfflineModeIsEnabled|couldn't connect to|"
            r"ConnectionError|Name or service not known|Temporary failure in name resolution|"
            r"Max retries exceeded"
        ),
        (
            "the weights are not on this machine and the hub cannot be reached: fetch them where "
            "there is a network, and give their folder as --model"
        ),
    ),
    (
        r"No space left on device",
        "the disk is full: the weights go to ~/.cache/huggingface (HF_HOME)",
    ),
    (
        r"Model architectures? .{0,80} (?:is|are) not supported|not supported for now",
        "this vLLM does not know the model's architecture: update it, or choose another model",
    ),
    (
        r"No module named|ImportError",
        "this vLLM is not installed completely: make its environment again (make vllm)",
    ),
)


def likely_cause(log: str) -> str | None:
    """What most probably went wrong and what to do, from the last lines of vLLM's log."""
    for pattern, advice in _CAUSES:
        if re.search(pattern, log, re.IGNORECASE | re.DOTALL):
            return advice
    return None
