package dev.sluice.relay.http;

import dev.sluice.relay.RunSource;
import dev.sluice.relay.Session;
import dev.sluice.tools.RunEvent;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which stream of a session's chat is running, or waits for a person: for clients that come back by the chat's name. In this
 * program's memory.
 */
final class ActiveChats {
    private static final int MOST = 10_000;

    private record Chat(String session, String name) {}

    /** A run's place in the map. It outlives a run that is parked, so it does not hold the run. */
    private static final class Place {
        String streamId = "";
    }

    private final ReentrantLock lock = new ReentrantLock(); // held for a few instructions

    // Guarded by the lock. In the order of access, because a look-up changes it: so reading needs the lock, too.
    private final Map<Chat, Place> running = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Chat, Place> eldest) {
            return size() > MOST;
        }
    };

    /** The run, which leaves the chat when it is closed. */
    Tracked track(Session session, String chatId, RunSource run) {
        return new Tracked(new Chat(session.id(), chatId), run);
    }

    /** The stream that runs or waits in this chat. */
    Optional<String> stream(Session session, String chatId) {
        lock.lock();
        try {
            return Optional.ofNullable(running.get(new Chat(session.id(), chatId)))
                    .map(place -> place.streamId);
        } finally {
            lock.unlock();
        }
    }

    /** A run of a chat's. */
    final class Tracked implements RunSource {
        private final Chat chat;
        private final RunSource run;
        private final Place place = new Place();
        private boolean closed;

        private Tracked(Chat chat, RunSource run) {
            this.chat = chat;
            this.run = run;
        }

        /** It is a stream now. */
        void started(String id) {
            lock.lock();
            try {
                place.streamId = id;
                if ((!closed || run.isParked()) && !chat.name().isEmpty()) {
                    running.put(chat, place);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Iterator<RunEvent> iterator() {
            return run.iterator();
        }

        @Override
        public void cancel(String reason) {
            run.cancel(reason);
        }

        @Override
        public boolean isParked() {
            return run.isParked();
        }

        @Override
        public void close() {
            boolean waits = run.isParked();
            lock.lock();
            try {
                closed = true;
                if (!waits) {
                    running.remove(chat, place);
                }
            } finally {
                lock.unlock();
            }
            run.close();
        }
    }
}
