package dev.sluice.examples.server;

import java.util.SplittableRandom;

/**
 * One answer to one request, to be put on a wire.
 *
 * @param requestId the id of the HTTP request, as the wire writes it
 * @param request what was asked
 * @param script what is said
 * @param random for what the wire makes up: ids, signatures, padding
 */
record Reply(String requestId, Request request, Script script, SplittableRandom random) {}
