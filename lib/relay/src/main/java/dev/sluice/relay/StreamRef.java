package dev.sluice.relay;

/** A stream of one session, and the log that keeps it. */
record StreamRef(ResumeLog log, String streamId, Session owner) {}
