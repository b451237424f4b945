/**
 * Serves the relay over HTTP and WebSocket, independent of the web server.
 *
 * <p>Start with {@link dev.sluice.relay.http.RelayEndpoint}; an adapter gives it an {@link dev.sluice.relay.http.RelayExchange} for
 * each request. This package knows no web server and starts no threads: it works on those of the requests.
 */
@NullMarked
package dev.sluice.relay.http;

import org.jspecify.annotations.NullMarked;
