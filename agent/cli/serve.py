"""`vqa-agent serve-llm`: vLLM with the right flags, in the foreground, until Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.console import ANSWERED, FAILED, complain, note, output, working

if TYPE_CHECKING:
    from agent.serving import Command


@dataclass(frozen=True)
class Serving:
    """The options of the command."""

    model: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    uds: Path | None = None
    gpu_memory_utilization: float | None = None
    lora_modules: tuple[str, ...] = ()
    python: Path | None = None
    log: Path | None = None
    dry_run: bool = False
    extra: tuple[str, ...] = ()


def run_serve(options: Serving) -> int:
    """Start it, say when it is ready, and wait until it ends or is stopped."""
    from agent.serving import LanguageModelServer, ServingError
    from agent.serving.warmup import warm_up

    try:
        key = api_key()
        if options.dry_run:
            return dry_run(options, key)
        command = command_of(options, key)
        note(str(command))
        log = options.log or log_file()
        note(f"its log: {log}")
        with terminated_like_interrupted(), ExitStack() as stack:
            with working("starting vLLM …") as status:

                def report(stage: str) -> None:
                    if status is None:
                        note(stage)
                    else:
                        status.update(f"vLLM: {stage} …")

                server = LanguageModelServer(command, log, report=report, warm_up=warm_up)
                stack.enter_context(server)
            note(f"{command.served_name} is ready. In another terminal:")
            output().print(how_to_ask(command), soft_wrap=True)
            server.wait()
    except ServingError as error:
        complain(str(error))
        return FAILED
    return ANSWERED


def api_key() -> str | None:
    """The key of the settings, which clients will have to send.

    Raises:
        InputError: a setting has a value that it cannot have.
    """
    from agent.cli.factory import Options, settings_from

    key = settings_from(Options()).planner_api_key
    return key.get_secret_value() if key else None


def dry_run(options: Serving, key: str | None) -> int:
    """Print the command; also where vLLM is not installed yet."""
    from agent.serving import ServingError

    try:
        command = command_of(options, key)
    except ServingError as error:
        command = command_of(options, key, installed=False)
        note(str(error))
    output().print(str(command), soft_wrap=True)
    return ANSWERED


def command_of(options: Serving, key: str | None, *, installed: bool = True) -> Command:
    """The command for this machine.

    Raises:
        ServingError: it cannot be made; the message says what to do.
    """
    from agent.serving import build
    from agent.serving.hardware import free_ram_gib, gpus

    return build(
        options.model,
        gpus=gpus(),
        ram_gib=free_ram_gib(),
        host=options.host,
        port=options.port,
        uds=options.uds,
        utilization=options.gpu_memory_utilization,
        adapters=options.lora_modules,
        api_key=key,
        python=options.python,
        installed=installed,
        extra=options.extra,
    )


def how_to_ask(command: Command) -> str:
    """The line that asks a question of that server."""
    url = f"unix:{command.uds}" if command.uds else command.url
    return f'VQA_PLANNER_URL={url} vqa-agent ask photo.jpg "What does the sign say?"'


def log_file() -> Path:
    """Where vLLM's output goes unless somebody says otherwise."""
    from tools.weights.places import cache_directory

    return cache_directory() / "vllm.log"


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let `kill` and a closed terminal end the command as Ctrl-C does: cleanly, and at once.

    Ctrl-C, too: asyncio's own handler would wait for a thread that reads standard input.
    """

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
