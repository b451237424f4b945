/**
 * Gets tokens for Google Cloud, with the credentials that Google's own library finds.
 *
 * <p>Start with {@link dev.sluice.google.GoogleCloudAuth}. Threads: safe for any; blocks the one that sends the request. Uses:
 * {@code provider}, {@code transport}.
 */
@NullMarked
package dev.sluice.google;

import org.jspecify.annotations.NullMarked;
