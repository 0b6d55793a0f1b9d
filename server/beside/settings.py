"""One frozen Settings, read once from the environment (`BESIDE_…`) and passed down. Each says why it is what it is."""

import base64
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from beside.escalations.heartbeat import Heart
from beside.kit.mail import Relay, relay_of
from beside.kit.webhooks import is_secret


class NotConfigured(Exception):
    """A setting is missing or cannot be used; the message says which and what to do, in plain words."""


class Settings(BaseSettings):
    """`serve` and `worker` need a key, a secret and a public address; everything else has a default that is safe on one machine."""

    model_config = SettingsConfigDict(env_prefix="BESIDE_", frozen=True, extra="ignore")

    data: Path = Field(Path("data"), description="Where the embedded database lives. Back it up.")
    database_url: str | None = Field(None, description="postgresql://… when one machine is not enough; without it, SQLite under `data`.")
    redis_url: str | None = Field(
        None, description="redis://… or redis+sentinel://host:port,host:port/service when there is more than one node; without it, an in-process bus."
    )
    public_url: str | None = Field(None, description="The address people type, such as https://beside.example.org: nothing is accepted from elsewhere.")
    also_from: list[str] = Field([], description="Further exact origins of the same service, such as http://127.0.0.1:8123 in the demo.")
    key_file: Path | None = Field(None, description="Key-encryption keys, one `version:base64 of 32 bytes` a line. Kept outside the database and its backups.")
    secret_file: Path | None = Field(
        None, description="At least 32 random characters: keys blind indexes and signed links. Never change it: names are found by it."
    )
    host: str = Field("127.0.0.1", description="What to listen on; a reverse proxy stands in front.")
    port: int = Field(8123, ge=0, le=65535)
    trusted_proxies: str = Field("127.0.0.1", description="Addresses whose X-Forwarded-For is believed, comma-separated.")
    worker_inside: bool | None = Field(None, description="Run jobs and timers in this process. By default yes with SQLite, no with PostgreSQL.")
    allowed_private_hosts: list[str] = Field([], description="host:port of webhook receivers inside your own network; every other private address is refused.")
    smtp_url: str | None = Field(
        None,
        description="smtps://user:password@relay:465, smtp://… (STARTTLS, or nothing is sent) or smtp+plain://… (in clear, on this machine): on-call e-mail.",
    )
    mail_from: str | None = Field(None, description="The address that on-call e-mail comes from, such as beside@example.org.")
    heartbeat_url: str | None = Field(None, description="A receiver of your own: a signed heartbeat goes there each minute, by the way of a page.")
    heartbeat_secret_file: Path | None = Field(None, description="What signs the heartbeat: `whsec_` and base64 of 32 random bytes.")
    deadman_url: str | None = Field(
        None, description="A switch outside that calls you when it hears nothing: POSTed to after each heartbeat that was taken in, and at no other time."
    )
    message_rate: str = Field("10/10 seconds", description="How many messages one person may send; more wait, and are never dropped.")
    grace_seconds: int = Field(10, ge=1, le=120, description="How long a stopping node waits for answers under way.")
    leave_seconds: int = Field(0, ge=0, le=60, description="How long a stopping node goes on after it said so, for the proxy to notice: 5 behind a proxy.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
    log_json: bool = Field(True, description="One JSON object a line; the demo prints for people.")
    unsafe_commits: bool = Field(False, description="For tests only: start on a PostgreSQL that may lose what it acknowledged.")
    cheap_hashing: bool = Field(False, description="For tests only: Argon2 that protects nothing.")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data.absolute() / 'beside.db'}"

    @property
    def runs_worker(self) -> bool:
        return self.worker_inside if self.worker_inside is not None else self.database.startswith("sqlite")

    @property
    def origins(self) -> frozenset[str]:
        """Exact origins, lower case, without a path."""
        return frozenset({_origin(url) for url in (self.require_public_url(), *self.also_from)})

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def is_https(self) -> bool:
        return self.require_public_url().startswith("https://")

    def require_public_url(self) -> str:
        if not self.public_url or not _origin(self.public_url):
            raise NotConfigured("Set BESIDE_PUBLIC_URL to the address people type, such as https://beside.example.org")
        if self.public_url.startswith("http://") and urlsplit(self.public_url).hostname not in ("localhost", "127.0.0.1", "::1"):
            raise NotConfigured("BESIDE_PUBLIC_URL must be https: what people write must not cross the network in clear")
        return self.public_url.rstrip("/")

    @cached_property
    def relay(self) -> Relay | None:
        """The mail relay; None where there is none. Like the other addresses here it is the operator's word, so no guard stands before it."""
        if self.smtp_url is None:
            return None
        try:
            return relay_of(self.smtp_url, self.mail_from or "")
        except ValueError:
            raise NotConfigured("BESIDE_SMTP_URL must read smtps://user:password@relay:465 or the like, with BESIDE_MAIL_FROM a plain address") from None

    @cached_property
    def heart(self) -> Heart | None:
        """Where heartbeats go; None where there are none."""
        if self.heartbeat_url is None:
            if self.deadman_url:
                raise NotConfigured("BESIDE_DEADMAN_URL is told only of heartbeats that were taken in: set BESIDE_HEARTBEAT_URL to a receiver for them")
            return None
        if self.heartbeat_secret_file is None:
            raise NotConfigured("Set BESIDE_HEARTBEAT_SECRET_FILE to a file with `whsec_` and base64 of 32 random bytes")
        secret = _read(self.heartbeat_secret_file, "BESIDE_HEARTBEAT_SECRET_FILE").strip()
        if not is_secret(secret):
            raise NotConfigured("The secret in BESIDE_HEARTBEAT_SECRET_FILE must be `whsec_` and base64 of 24 to 64 bytes")
        return Heart(self.heartbeat_url, secret, self.deadman_url)

    @cached_property
    def keys(self) -> dict[int, bytes]:
        """The key-encryption keys by version."""
        if self.key_file is None:
            raise NotConfigured("Set BESIDE_KEY_FILE to a file with a line `1:…` (base64 of 32 random bytes); `beside new-key` prints one")
        return read_keys(_read(self.key_file, "BESIDE_KEY_FILE"))

    @cached_property
    def secret(self) -> bytes:
        if self.secret_file is None:
            raise NotConfigured("Set BESIDE_SECRET_FILE to a file with at least 32 random characters")
        secret = _read(self.secret_file, "BESIDE_SECRET_FILE").strip().encode()
        if len(secret) < 32:
            raise NotConfigured("The secret in BESIDE_SECRET_FILE is shorter than 32 characters")
        return secret


def read_keys(text: str) -> dict[int, bytes]:
    """Keys from `version:base64` lines; `#` starts a comment. Raises `NotConfigured`."""
    keys: dict[int, bytes] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            version, _, encoded = line.strip().partition(":")
            try:
                keys[int(version)] = base64.b64decode(encoded, validate=True)
            except ValueError:
                raise NotConfigured("BESIDE_KEY_FILE has a line that is not `version:base64`") from None
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise NotConfigured("BESIDE_KEY_FILE needs at least one key of exactly 32 bytes")
    return keys


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text()
    except OSError as reason:
        raise NotConfigured(f"{name} points to {path}, which cannot be read ({reason.strerror})") from None


def _origin(url: str) -> str:
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""
