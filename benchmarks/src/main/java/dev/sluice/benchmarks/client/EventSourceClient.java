package dev.sluice.benchmarks.client;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.StreamClosedByServerException;
import com.launchdarkly.eventsource.StreamException;
import java.net.URI;
import java.time.Duration;
import okhttp3.OkHttpClient;

/** LaunchDarkly's reader of server-sent events, pulled by the calling thread, over one client of OkHttp. */
final class EventSourceClient implements StreamClient {
    private final URI uri;
    private final OkHttpClient http =
            new OkHttpClient.Builder().readTimeout(Duration.ZERO).build();

    EventSourceClient(String url) {
        uri = URI.create(url + "/v1/messages");
    }

    @Override
    public void stream(Sink sink) throws StreamException {
        var strategy = ConnectStrategy.http(uri).httpClient(http).methodAndBody("POST", OkHttpSseClient.body());
        try (var source = new EventSource.Builder(strategy).build()) {
            while (true) {
                sink.text(source.readMessage().getData());
            }
        } catch (StreamClosedByServerException end) {
            // its way to say so
        }
    }
}
