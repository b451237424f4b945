/**
 * Plumbing that several rooms share. It is public to the compiler and no part of the API: it changes without notice.
 *
 * <p>Start with {@link dev.sluice.internal.EventQueue}, then {@link dev.sluice.internal.Deadlines}. Threads: the one timer
 * thread of the process is made here, and it runs no code of a caller. Uses: {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.internal;

import org.jspecify.annotations.NullMarked;
