package dev.sluice.relay;

/** A stream of one session, and where watchers reach it. */
record StreamRef(WatchedLog log, String streamId, Session owner) {
    /** {@link ResumeLog#subscribe}. */
    ResumeLog.Subscription subscribe(long after, ResumeLog.Listener listener) {
        return log.subscribe(streamId, owner, after, listener);
    }
}
