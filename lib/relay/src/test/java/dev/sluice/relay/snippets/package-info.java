/** The snippets of the Javadoc, which finds them here by their regions. */
@NullMarked
package dev.sluice.relay.snippets;

import org.jspecify.annotations.NullMarked;
