/** The chat page's files, and the page in a real browser. The server behind it is scripted, but for {@code RelayPageTest}. */
@NullMarked
package dev.sluice.relay.page;

import org.jspecify.annotations.NullMarked;
