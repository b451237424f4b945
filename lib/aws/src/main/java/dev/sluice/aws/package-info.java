/**
 * Signs requests for AWS, with the credentials that AWS's own SDK finds.
 *
 * <p>Start with {@link dev.sluice.aws.AwsSigV4}. Threads: safe for any; blocks the one that sends the request. Uses: {@code
 * provider}, {@code transport}.
 */
@NullMarked
package dev.sluice.aws;

import org.jspecify.annotations.NullMarked;
