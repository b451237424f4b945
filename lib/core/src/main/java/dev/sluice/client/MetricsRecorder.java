package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.TimeSource;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.Usage;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.provider.Provider;
import dev.sluice.transport.TransportRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Measures one stream where it arrives. The reader writes, any thread looks. */
final class MetricsRecorder {
    private static final long NEVER = -1;

    private final TimeSource time;
    private final long start;
    private final ReentrantLock lock = new ReentrantLock();

    // Written by the reader alone, and often.
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong contents = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    // Guarded by the lock; moments are nanoseconds from the start.
    private long headers = NEVER;
    private long firstEvent = NEVER;
    private long firstText = NEVER;
    private long firstContent = NEVER;
    private long lastContent = NEVER;
    private long lastEvent;
    private volatile long lastRead;
    private long end = NEVER;
    private int retries;
    private int continuations;
    private int resumes;
    private final LatencyHistogram gaps = new LatencyHistogram();
    private @Nullable String model;
    private @Nullable String messageId;
    private FinishReason finish = FinishReason.UNKNOWN;
    private Usage usage = Usage.NONE;

    MetricsRecorder(TimeSource time) {
        this.time = time;
        start = time.nanos();
    }

    void headersArrived() {
        lock.lock();
        try {
            headers = time.nanos() - start;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come. */
    void ended() {
        lock.lock();
        try {
            if (end == NEVER) {
                end = time.nanos() - start;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Another request is sent in place of one that failed. */
    void retried() {
        lock.lock();
        try {
            retries++;
        } finally {
            lock.unlock();
        }
    }

    /** How many requests have been sent in place of one that failed. */
    int retries() {
        lock.lock();
        try {
            return retries;
        } finally {
            lock.unlock();
        }
    }

    /** Another request is sent to go on where one broke off. Returns how many that have been. */
    int continued() {
        lock.lock();
        try {
            return ++continuations;
        } finally {
            lock.unlock();
        }
    }

    /** The answer is resumed where its connection was lost. Returns how many times it has been. */
    int resumed() {
        lock.lock();
        try {
            return ++resumes;
        } finally {
            lock.unlock();
        }
    }

    /** Notes bytes that came at this moment, and with them the events that follow. */
    void received(long count, long now) {
        add(bytes, count);
        lastRead = now - start;
    }

    /** Notes an event. Returns whether it is the first with content. */
    boolean received(StreamEvent event) {
        add(events, 1);
        if (event instanceof ContentBlockDelta delta
                && lastContent == lastRead
                && (firstText != NEVER || !(delta.delta() instanceof TextDelta))) {
            add(contents, 1); // like nearly every one, it came with another: there is nothing else to note
            return false;
        }
        return note(event);
    }

    private boolean note(StreamEvent event) {
        lock.lock();
        try {
            boolean before = firstContent == NEVER;
            long now = lastRead; // an event is there when its bytes are
            lastEvent = now;
            if (firstEvent == NEVER && !(event instanceof Ping)) {
                firstEvent = now;
            }
            if (event instanceof ContentBlockDelta delta) {
                add(contents, 1);
                content(now, delta.delta() instanceof TextDelta);
            } else if (event instanceof MessageStart begun) {
                model = begun.message().model();
                messageId = begun.message().id();
                finish = begun.message().finishReason();
                usage = begun.message().usage();
            } else if (event instanceof MessageDelta changed) {
                usage = changed.usage();
                finish = changed.finishReason() == FinishReason.UNKNOWN ? finish : changed.finishReason();
            }
            if (event instanceof MessageStop) {
                end = time.nanos() - start;
            }
            return before && firstContent != NEVER;
        } finally {
            lock.unlock();
        }
    }

    /** For a single writer, and cheaper than an addition by several. */
    private static void add(AtomicLong count, long more) {
        count.setRelease(count.getPlain() + more);
    }

    private void content(long now, boolean text) {
        if (lastContent == NEVER) {
            firstContent = now;
        } else if (now > lastContent) {
            gaps.add(now - lastContent);
        }
        lastContent = now;
        if (text && firstText == NEVER) {
            firstText = now;
        }
    }

    /** The clock of what arrives: it stands still while nothing does, and costs nothing to look at. */
    TimeSource arrivals() {
        return new TimeSource() {
            @Override
            public long nanos() {
                return start + lastRead;
            }

            @Override
            public Instant now() {
                return time.now();
            }

            @Override
            public Scheduled schedule(Duration delay, Runnable task) {
                return time.schedule(delay, task);
            }
        };
    }

    /** From the start to the first content. */
    Optional<Duration> timeToFirstContent() {
        lock.lock();
        try {
            return Optional.ofNullable(moment(firstContent));
        } finally {
            lock.unlock();
        }
    }

    /** What the stream that asked this model came to, once it has ended. */
    StreamReport report(
            Provider provider, TransportRequest sent, String asked, @Nullable String requestId, EndReason end) {
        lock.lock();
        try {
            return new StreamReport(
                    provider.name(),
                    server(sent.uri()),
                    asked,
                    model,
                    requestId,
                    end,
                    metrics(usage.outputTokens()),
                    usage);
        } finally {
            lock.unlock();
        }
    }

    /** The outcome of a stream that has ended, for its observer. */
    Outcome outcome(EndReason how) {
        lock.lock();
        try {
            return new Outcome.Chat(
                    how,
                    model,
                    messageId,
                    finish,
                    usage,
                    moment(firstEvent),
                    Duration.ofNanos(end == NEVER ? time.nanos() - start : end),
                    retries,
                    continuations);
        } finally {
            lock.unlock();
        }
    }

    /** An address without user, path and query. */
    static URI server(URI asked) {
        String authority = String.valueOf(asked.getRawAuthority());
        return URI.create(asked.getScheme() + "://" + authority.substring(authority.lastIndexOf('@') + 1));
    }

    StreamMetrics metrics(long outputTokens) {
        lock.lock();
        try {
            double seconds = (lastEvent - firstContent) / 1e9;
            return new StreamMetrics(
                    moment(headers),
                    moment(firstEvent),
                    moment(firstText),
                    Duration.ofNanos(end == NEVER ? time.nanos() - start : end),
                    events.get(),
                    bytes.get(),
                    gaps.percentile(0.5, contents.get() - 1),
                    gaps.percentile(0.99, contents.get() - 1),
                    gaps.max(),
                    outputTokens,
                    firstContent == NEVER || seconds <= 0 ? 0 : outputTokens / seconds,
                    retries,
                    continuations,
                    0,
                    resumes);
        } finally {
            lock.unlock();
        }
    }

    /** The tokens so far, as far as the provider has said. */
    Usage usage() {
        lock.lock();
        try {
            return usage;
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Duration moment(long nanos) {
        return nanos == NEVER ? null : Duration.ofNanos(nanos);
    }
}
