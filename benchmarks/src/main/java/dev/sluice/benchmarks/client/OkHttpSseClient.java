package dev.sluice.benchmarks.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/** OkHttp's reader of server-sent events, with its limit on connections to a host lifted. */
final class OkHttpSseClient implements StreamClient {
    private final EventSource.Factory sources;
    private final Request request;

    OkHttpSseClient(String url) {
        var dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(Integer.MAX_VALUE);
        dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
        sources = EventSources.createFactory(new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .readTimeout(Duration.ZERO)
                .build());
        request = new Request.Builder().url(url + "/v1/messages").post(body()).build();
    }

    static RequestBody body() {
        return RequestBody.create("{\"stream\":true}", MediaType.get("application/json"));
    }

    @Override
    public void stream(Sink sink) throws Exception {
        var end = new CompletableFuture<Void>();
        sources.newEventSource(request, new EventSourceListener() {
            @Override
            public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
                sink.text(data);
            }

            @Override
            public void onClosed(EventSource source) {
                end.complete(null);
            }

            @Override
            public void onFailure(EventSource source, @Nullable Throwable error, @Nullable Response response) {
                end.completeExceptionally(error == null ? new IOException("no answer") : error);
            }
        });
        end.get();
    }
}
