package dev.sluice.examples.server;

import java.util.Optional;

/**
 * What one of the two has said.
 *
 * @param byModel whether the model has
 * @param words the words of it
 * @param toolResult what a tool gave back, if it brings that
 */
record Turn(boolean byModel, String words, Optional<String> toolResult) {}
