/** How a relay is mounted: what {@code docs/relay.md} shows is what is compiled here. */
@NullMarked
package dev.sluice.relay.recipes;

import org.jspecify.annotations.NullMarked;
