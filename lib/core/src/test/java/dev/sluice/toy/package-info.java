/** A provider by somebody who has nothing but what the library makes public: the worked example of {@code docs/adding-a-provider.md}. */
@NullMarked
package dev.sluice.toy;

import org.jspecify.annotations.NullMarked;
