package dev.sluice.examples.server;

import java.util.List;

/**
 * What one of the two has said.
 *
 * @param byModel whether the model has
 * @param words the words of it
 * @param toolResults what tools gave back, in the order of their calls; empty if it brings none
 */
record Turn(boolean byModel, String words, List<String> toolResults) {}
