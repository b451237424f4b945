package dev.sluice.relay.recipes;

import dev.sluice.message.Conversation;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.format.SluiceSseFormat;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

// page: quarkus
@Path("/api/v1/stream")
@Produces(MediaType.SERVER_SENT_EVENTS)
public class QuarkusRelay { // with @RunOnVirtualThread, as a stream keeps its thread
    private final Relay relay;
    private final RunFactory starter;

    public QuarkusRelay(Relay relay, RunFactory starter) {
        this.relay = relay;
        this.starter = starter;
    }

    public record Question(String message) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response start(@Context SecurityContext user, Question question) throws Exception {
        var session = new Session(user.getUserPrincipal().getName());
        var talk = Conversation.EMPTY.user(question.message());
        String id = relay.start(session, starter.start(new StartRequest(session, "", talk, Map.of())));
        return tell(session, id, 0);
    }

    @GET
    @Path("{id}")
    public Response resume(
            @Context SecurityContext user,
            @PathParam("id") String id,
            @HeaderParam("Last-Event-ID") @DefaultValue("0") long last) {
        var session = new Session(user.getUserPrincipal().getName());
        try {
            return relay.isDelivered(session, id, last) ? Response.noContent().build() : tell(session, id, last);
        } catch (RelayException e) {
            throw new WebApplicationException(e.getMessage(), e.code().status());
        }
    }

    @DELETE
    @Path("{id}")
    public Response cancel(@Context SecurityContext user, @PathParam("id") String id) {
        try {
            relay.cancel(new Session(user.getUserPrincipal().getName()), id, "stopped by the user");
            return Response.accepted().build();
        } catch (RelayException e) {
            throw new WebApplicationException(e.getMessage(), e.code().status());
        }
    }

    private Response tell(Session session, String id, long after) {
        StreamingOutput body = out -> {
            var sink = new OutputSink(out, new CompletableFuture<>());
            relay.attach(session, id, after, new SluiceSseFormat(), sink);
            sink.await();
        };
        return Response.ok(body)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .header("X-Stream-Id", id)
                .build();
    }

    /** Writes on the relay's threads, while the request's thread waits. */
    private record OutputSink(OutputStream out, CompletableFuture<Void> end) implements EventSink {
        @Override
        public void write(List<String> frames) throws IOException {
            try {
                out.write(String.join("", frames).getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException e) {
                end.completeExceptionally(e);
                throw e;
            }
        }

        @Override
        public void onGone(Runnable gone) {
            // Only a write tells: the next event, or the next heartbeat.
        }

        @Override
        public void close() {
            end.complete(null);
        }

        @Override
        public void abort() {
            end.completeExceptionally(new IOException("cut by the relay"));
        }

        void await() throws IOException {
            try {
                end.join();
            } catch (CompletionException e) {
                throw new IOException("the response was cut", e.getCause());
            }
        }
    }
}
// end
