package dev.sluice.client;

/** A request is let go on this transport too. */
class LongConversationsOnApacheTest extends LongConversationsTest {}
