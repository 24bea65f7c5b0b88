"""The socket of the site: an answer leaves whole at once, also on a connection that is kept."""

import socket

import uvicorn
from starlette.applications import Starlette

from infra.dashboard_parts import listening


def test_the_end_of_an_answer_does_not_wait_until_its_beginning_is_acknowledged() -> None:
    with listening(uvicorn.Config(Starlette(), port=0, log_config=None)) as site:
        site.listen()
        with socket.create_connection(site.getsockname()), site.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
