package dev.sluice.client;

import dev.sluice.message.StreamEvent;

/**
 * An event that another stream of the same answer has handed out: for the message alone.
 *
 * @param event the event
 */
record ReplayedEvent(StreamEvent event) {}
