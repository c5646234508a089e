"""What can be set from outside, read from the environment when asked and never at import."""

from __future__ import annotations

import math
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from backends.errors import WorkbenchError

PREFIX = "WORKBENCH_"
MEGABYTE = 1024 * 1024
PRIVATE_HOME = "demo-workbench-"  # with the process's number, in the temporary folder: where no home is set


# What holds on a Hugging Face Space where nothing else is set: only its own proxy reaches the container, and its page
# shows the workbench in a frame.
ON_A_SPACE = {"trusted_proxies": "*", "frame_ancestors": "https://huggingface.co"}


def _setting(default: Any, help: str, secret: bool = False, choices: tuple[str, ...] = (), shortest: int = 0) -> Any:
    """A field; of its text one of the `choices` where there are any, and at least `shortest` characters or none."""
    bounds = {"choices": choices, "shortest": shortest}
    return field(default=default, metadata={"help": help, **bounds}, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """Every limit and address of the workbench. Raises WorkbenchError for a word that is none of a field's choices.

    The environment variable of a field is ``WORKBENCH_`` and the field's name in capitals.

    >>> Settings.from_environment({"WORKBENCH_MAX_ROWS": "1000"}).max_rows
    1000
    >>> Settings.from_environment({"WORKBENCH_MAX_ROWS": "many"})
    Traceback (most recent call last):
    backends.errors.WorkbenchError: WORKBENCH_MAX_ROWS is 'many', which is not a whole number. ...
    """

    max_upload_mb: int = _setting(300, "largest file that is read, in megabytes")
    max_rows: int = _setting(5_000_000, "most rows of a table")
    max_columns: int = _setting(20_000, "most columns of a table")
    max_unpacked_mb: int = _setting(
        2_000, "largest size in megabytes of what a compressed file (Excel, Parquet) unpacks to"
    )
    max_nesting: int = _setting(5, "deepest nesting of a JSON file that is flattened into columns")
    jobs_at_once: int = _setting(2, "background jobs that run at the same time; the others queue")
    job_memory_mb: int = _setting(
        0, "memory one background job may use, in megabytes; 0 means three quarters of the machine's"
    )
    cores: int = _setting(0, "processor cores a training may use; 0 means all of them")
    home: str = _setting(
        "",
        "folder for jobs, published models and the prediction log; empty means a private temporary one, which goes "
        "when the workbench stops",
    )
    api_keys: str = _setting(
        "",
        "keys that open the API, as name:key, separated by commas; with none it answers this machine only",
        secret=True,
    )
    rate_limit_per_minute: int = _setting(
        6_000, "requests that one key (or, without keys, one address) may make in a minute; 0 means any number"
    )
    max_request_mb: int = _setting(10, "largest body of a prediction request, in megabytes; files may be larger")
    model_memory_mb: int = _setting(1_024, "memory for published models that are loaded at the same time, in megabytes")
    prediction_log: str = _setting(
        "on",
        "'on' keeps every prediction, 'private' without the inputs, 'off' keeps none",
        choices=("on", "private", "off"),
    )
    prediction_log_rows: int = _setting(1_000_000, "predictions that the log keeps; the oldest go first")
    max_document_mb: int = _setting(50, "largest document that is read into a collection, in megabytes")
    max_document_pages: int = _setting(2_000, "most pages of a document")
    max_document_characters: int = _setting(10_000_000, "most characters of text in a document")
    embedder: str = _setting(
        "", "sentence-transformers model for embeddings, by name or path; empty means the installed all-MiniLM-L6-v2"
    )
    reranker: str = _setting("", "cross-encoder that orders the best passages anew, by name or path; empty means none")
    cache: str = _setting(
        "", "folder for what can be made again, such as the converted embedding model; empty means the user's cache"
    )
    milvus_uri: str = _setting("", "address of a Milvus server that holds the vectors; empty means files in home")
    milvus_token: str = _setting("", "token for that Milvus server, as user:password or an API key", secret=True)
    llm_base_url: str = _setting(
        "", "address of an OpenAI-compatible server that words the answers, ending in /v1; empty means extracts"
    )
    llm_model: str = _setting("", "model to ask of that server; empty means the first that it lists")
    llm_api_key: str = _setting("", "key for that server, where it wants one", secret=True)
    llm_temperature: float = _setting(0.0, "temperature of generated answers; 0 means the likeliest words")
    llm_max_tokens: int = _setting(800, "most tokens of a generated answer")
    llm_timeout_seconds: int = _setting(60, "seconds to wait for the next piece of a generated answer")
    dask_address: str = _setting("", "address of a Dask scheduler that trainings run on; empty means this machine")
    admin_token: str = _setting(
        "",
        "token of the administrator: publishing, promoting, deleting and settings ask for it. Empty means that they "
        "are open on this machine, and off where the workbench can be reached from others; 16 characters or more",
        secret=True,
        shortest=16,
    )
    admin_emails: str = _setting(
        "", "who else is an administrator, by the email address of an OpenID Connect sign-in, separated by commas"
    )
    sign_in: str = _setting(
        "optional",
        "'required' shows the pages only to who has signed in by OpenID Connect; 'optional' to anybody",
        choices=("optional", "required"),
    )
    frame_ancestors: str = _setting(
        "",
        "web pages that may show the workbench in a frame, as origins separated by commas; * means any, empty means "
        "its own only (widgets: any)",
    )
    cors_origins: str = _setting(
        "",
        "web pages that may call the API and the widgets from a browser, as origins separated by commas; empty means "
        "any where keys are set, this machine's where not",
    )
    trusted_proxies: str = _setting(
        "",
        "proxies whose X-Forwarded headers are believed, as addresses or networks separated by commas; * means any, "
        "empty means none",
    )
    max_sessions: int = _setting(
        100, "browser tabs that are served at the same time, half of them of one address at most; 0 means any number"
    )
    request_seconds: int = _setting(
        60, "seconds in which a request has to arrive; an upload of a file may take ten times that. 0 means any time"
    )
    session_idle_minutes: int = _setting(
        120, "minutes after which the data of a visitor who does nothing is let go; 0 means never"
    )
    session_memory_mb: int = _setting(
        0, "memory that the tables of one visitor may hold, in megabytes; 0 means half of total_memory_mb"
    )
    total_memory_mb: int = _setting(
        0, "memory that the workbench and its jobs may hold, in megabytes; 0 means three quarters of the machine's"
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            _check(one.name, getattr(self, one.name), **{key: one.metadata[key] for key in ("choices", "shortest")})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `environment` (default: the process's own).

        Raises WorkbenchError for a value of the wrong type, below zero, or none of its choices.
        """
        environment = os.environ if environment is None else environment
        given = dict(ON_A_SPACE) if environment.get("SPACE_ID") else {}
        given |= {f.name: environment[variable(f.name)] for f in fields(cls) if environment.get(variable(f.name))}
        parsed: dict[str, Any] = {name: _parsed(name, text) for name, text in given.items()}
        return cls(**parsed)

    @property
    def max_upload_bytes(self) -> int:
        """The limit on a file's size, in bytes."""
        return self.max_upload_mb * MEGABYTE

    @property
    def max_unpacked_bytes(self) -> int:
        """The limit on what a compressed file unpacks to, in bytes."""
        return self.max_unpacked_mb * MEGABYTE

    @property
    def worker_count(self) -> int:
        """Processes a training may use: `cores`, or what this process (or its container) is allowed to run on."""
        from joblib import cpu_count

        return self.cores or int(cpu_count())

    @property
    def cache_folder(self) -> Path:
        """The folder for what can be made again, made private to this user on first use."""
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "demo-workbench"
        folder = (Path(self.cache) if self.cache else base).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def home_folder(self) -> Path:
        """The folder for jobs, made private to this user on first use.

        Raises WorkbenchError where none is set and somebody else has made one of the temporary folder's name.
        """
        if self.home:
            folder = Path(self.home).absolute()  # jobs have another working directory
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return folder
        folder = Path(tempfile.gettempdir()) / f"{PRIVATE_HOME}{os.getpid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()  # of a link itself, not of where it leads
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
            raise WorkbenchError(
                f"The temporary folder {folder.name} belongs to somebody else.",
                hint="Set WORKBENCH_HOME to a folder of your own.",
            )
        return folder


def variable(name: str) -> str:
    """The environment variable of a setting.

    >>> variable("max_rows")
    'WORKBENCH_MAX_ROWS'
    """
    return PREFIX + name.upper()


def _check(name: str, value: Any, choices: tuple[str, ...], shortest: int) -> None:
    if choices and value not in choices:
        raise WorkbenchError(
            f"{variable(name)} is {value!r}, which is none of its choices.", hint=f"Set it to {' or '.join(choices)}."
        )
    if shortest and 0 < len(value.strip()) < shortest:
        raise WorkbenchError(
            f"{variable(name)} has {len(value.strip())} characters, which can be guessed.",
            hint=f"Set it to {shortest} at least, drawn at random.",
        )


def _parsed(name: str, text: str) -> int | float | str:
    default = getattr(Settings, name)
    if isinstance(default, str):
        return text
    kind, words = (float, "number") if isinstance(default, float) else (int, "whole number")
    try:
        number = kind(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise WorkbenchError(
            f"{variable(name)} is {text!r}, which is not a {words}.", hint=f"Set it to a {words} such as {default}."
        )
    if number < 0:
        raise WorkbenchError(
            f"{variable(name)} is {number}, which is below zero.", hint="Set it to zero or a larger number."
        )
    return number
