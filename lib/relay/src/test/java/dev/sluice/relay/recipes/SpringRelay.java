package dev.sluice.relay.recipes;

import dev.sluice.message.Conversation;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.format.SluiceSseFormat;
import java.io.IOException;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

// page: spring
@RestController
@RequestMapping("/api/v1/stream")
class SpringRelay {
    private final Relay relay;
    private final RunFactory starter;

    SpringRelay(Relay relay, RunFactory starter) {
        this.relay = relay;
        this.starter = starter;
    }

    record Question(String message) {}

    @PostMapping
    ResponseEntity<ResponseBodyEmitter> start(Principal user, @RequestBody Question question) throws Exception {
        var session = new Session(user.getName());
        var talk = Conversation.EMPTY.user(question.message());
        String id = relay.start(session, starter.start(new StartRequest(session, "", talk, Map.of())));
        return tell(session, id, 0);
    }

    @GetMapping("/{id}")
    ResponseEntity<ResponseBodyEmitter> resume(
            Principal user,
            @PathVariable("id") String id,
            @RequestHeader(name = "Last-Event-ID", defaultValue = "0") long last) {
        var session = new Session(user.getName());
        return relay.isDelivered(session, id, last) ? ResponseEntity.noContent().build() : tell(session, id, last);
    }

    @DeleteMapping("/{id}")
    ResponseEntity<Void> cancel(Principal user, @PathVariable("id") String id) {
        relay.cancel(new Session(user.getName()), id, "stopped by the user");
        return ResponseEntity.accepted().build();
    }

    @ExceptionHandler
    ResponseEntity<String> refused(RelayException e) {
        return ResponseEntity.status(e.code().status()).body(e.getMessage());
    }

    private ResponseEntity<ResponseBodyEmitter> tell(Session session, String id, long after) {
        var emitter = new ResponseBodyEmitter(0L); // no time limit here: the relay has its own
        relay.attach(session, id, after, new SluiceSseFormat(), new EmitterSink(emitter));
        return ResponseEntity.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .header("X-Stream-Id", id)
                .body(emitter);
    }

    private record EmitterSink(ResponseBodyEmitter emitter) implements EventSink {
        @Override
        public void write(List<String> frames) throws IOException {
            emitter.send(String.join("", frames), MediaType.TEXT_EVENT_STREAM);
        }

        @Override
        public void onGone(Runnable gone) {
            emitter.onError(failure -> gone.run());
            emitter.onTimeout(gone);
        }

        @Override
        public void close() {
            emitter.complete();
        }

        @Override
        public void abort() {
            emitter.completeWithError(new IOException("cut by the relay"));
        }
    }
}
// end
