"""The compose file and the container file: parsed, and held against the settings and the files they name."""

import re
from typing import Any

import pytest
import yaml

from beside.settings import Settings
from tests.architecture.tree import ROOT

DEPLOY = ROOT / "deploy"
OURS = ["node-1", "node-2", "worker", "migrate"]
ENTRYPOINTS_OWN = {"BESIDE_DATABASE_PASSWORD_FILE"}  # read by entrypoint.sh


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, its anchors resolved."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def test_every_part_is_there(compose: dict[str, Any]) -> None:
    """A proxy, two nodes, a worker, a migration before them, PostgreSQL and Redis."""
    assert {"caddy", "postgres", "redis", *OURS} == set(compose["services"])
    assert [["serve"], ["serve"], ["worker"], ["migrate"]] == [compose["services"][name]["command"] for name in OURS]


@pytest.mark.parametrize("name", OURS)
def test_our_parts_are_set_by_settings_that_exist(compose: dict[str, Any], name: str) -> None:
    """Each variable is a setting of Beside's, and each secret comes as a file that is declared."""
    part = compose["services"][name]
    known = {f"BESIDE_{field.upper()}" for field in Settings.model_fields} | ENTRYPOINTS_OWN
    assert set() == set(part["environment"]) - known
    named = {value for variable, value in part["environment"].items() if variable.endswith("_FILE")}
    assert {f"/run/secrets/{secret}" for secret in part["secrets"]} == named
    assert set(part["secrets"]) <= set(compose["secrets"])
    assert {f"secrets/{secret}" for secret in part["secrets"]} <= {secret["file"] for secret in compose["secrets"].values()}


@pytest.mark.parametrize("name", OURS)
def test_our_parts_may_do_little(compose: dict[str, Any], name: str) -> None:
    """No part of ours writes to its image, gains a capability, or is reachable but through the proxy."""
    part = compose["services"][name]
    assert (True, ["ALL"], ["no-new-privileges:true"]) == (part["read_only"], part["cap_drop"], part["security_opt"])
    assert "ports" not in part
    assert (["inside"] if name == "migrate" else ["inside", "outside"]) == part["networks"]


def test_nothing_but_the_proxy_is_published(compose: dict[str, Any]) -> None:
    """One door to the outside, and the rest on a network of its own."""
    assert ["caddy"] == [name for name, part in compose["services"].items() if "ports" in part]
    assert compose["networks"]["inside"]["internal"]
    for name in ("postgres", "redis"):
        assert ["inside"] == compose["services"][name]["networks"]


def test_only_the_proxys_word_is_taken(compose: dict[str, Any]) -> None:
    """The nodes believe the forwarded address of the proxy's own address only."""
    proxy = compose["services"]["caddy"]["networks"]["inside"]["ipv4_address"]
    assert [proxy] * len(OURS) == [compose["services"][name]["environment"]["BESIDE_TRUSTED_PROXIES"] for name in OURS]


def test_the_proxy_knows_every_node(compose: dict[str, Any]) -> None:
    """The proxy's list of nodes is the nodes, at the port they listen on."""
    nodes = [name for name, part in compose["services"].items() if part.get("command") == ["serve"]]
    ports = {compose["services"][name]["environment"]["BESIDE_PORT"] for name in nodes}
    assert [f"{name}:{port}" for name in nodes for port in ports] == compose["services"]["caddy"]["environment"]["BESIDE_NODES"].split()


@pytest.mark.parametrize("name", ["node-1", "node-2"])
def test_a_node_is_asked_whether_it_is_ready(compose: dict[str, Any], name: str) -> None:
    """The health check asks `/readyz`, and the proxy waits for its answer."""
    part = compose["services"][name]
    assert any("/readyz" in word for word in part["healthcheck"]["test"])
    assert "service_healthy" == compose["services"]["caddy"]["depends_on"][name]["condition"]
    assert "service_completed_successfully" == part["depends_on"]["migrate"]["condition"]


def test_a_part_that_stops_has_time_to_say_goodbye(compose: dict[str, Any]) -> None:
    """The engine waits longer than a node's own grace before it kills."""
    grace: int = Settings.model_fields["grace_seconds"].default
    assert [] == [name for name in OURS if int(compose["services"][name]["stop_grace_period"].removesuffix("s")) <= grace]


def test_the_image_is_built_from_what_is_there() -> None:
    """Each file that the container file copies from the checkout exists, the image is not run as root, and it starts by the entry point."""
    text = (DEPLOY / "Containerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert copied
    assert [] == [name for name in copied if not (ROOT / name).exists()]
    assert "beside" == re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1]
    assert 'ENTRYPOINT ["entrypoint.sh"]' in text


def test_the_image_listens_where_compose_looks(compose: dict[str, Any]) -> None:
    """The image's own port is the one that the compose file and the health check name."""
    text = (DEPLOY / "Containerfile").read_text()
    (port,) = set(re.findall(r"BESIDE_PORT=(\d+)|EXPOSE (\d+)", text)[0]) - {""}
    assert port == compose["services"]["node-1"]["environment"]["BESIDE_PORT"]
    assert f"127.0.0.1:{port}/readyz" in text
