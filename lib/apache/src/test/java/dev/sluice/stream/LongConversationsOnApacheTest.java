package dev.sluice.stream;

/** A request is let go on this transport too. */
class LongConversationsOnApacheTest extends LongConversationsTest {}
