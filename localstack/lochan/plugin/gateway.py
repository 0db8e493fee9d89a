"""LocalStack's Twisted server, listening on the address that GATEWAY_LISTEN names and no other.

LocalStack's own drops the host and listens on every interface; and where the port is taken, its
error is lost in a Deferred and LocalStack says that it is ready.
"""

from typing import Any

from localstack.aws.serving.twisted import TLSMultiplexerFactory
from localstack.config import HostAndPort
from localstack.runtime.server.core import RuntimeServerPlugin
from localstack.runtime.server.twisted import TwistedRuntimeServer
from rolo.gateway import Gateway
from rolo.serving.twisted import TwistedGateway
from twisted.internet import reactor, ssl

from lochan.plugin.bad_requests import answer_unreadable


class LoopbackRuntimeServer(TwistedRuntimeServer):  # type: ignore[misc]
    """Serves the gateway on exactly the addresses given."""

    def register(
        self,
        gateway: Gateway,
        listen: list[HostAndPort],
        ssl_creds: tuple[str, str] | None = None,
    ) -> None:
        """Listen, or raise CannotListenError where a port is taken."""
        gateway.exception_handlers.append(answer_unreadable)
        factory = _make_protocol_factory(gateway, ssl_creds)
        for address in listen:
            reactor.listenTCP(address.port, factory, interface=address.host)


class LoopbackRuntimeServerPlugin(RuntimeServerPlugin):  # type: ignore[misc]
    """What GATEWAY_SERVER=loopback selects."""

    name = "loopback"

    def load(self, *args: Any, **kwargs: Any) -> LoopbackRuntimeServer:
        """Return the server."""
        return LoopbackRuntimeServer()


def _make_protocol_factory(gateway: Gateway, ssl_creds: tuple[str, str] | None) -> Any:
    """Return what speaks HTTP, and HTTPS on the same port where there is a certificate."""
    site = TwistedGateway(gateway)
    if ssl_creds is None:
        return site
    certificate, key = ssl_creds
    context_factory = ssl.DefaultOpenSSLContextFactory(key, certificate)
    context_factory.getContext().use_certificate_chain_file(certificate)
    return TLSMultiplexerFactory(context_factory, False, site)
