"""The same node of one's own as the gateway's tests have."""

from tests.gateway.conftest import here as here
