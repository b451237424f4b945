/** The snippets of the Javadoc, which finds them here by their regions: what a reader copies has been compiled and run. */
@NullMarked
package dev.sluice.snippets;

import org.jspecify.annotations.NullMarked;
