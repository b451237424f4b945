/** Stages what a release consists of, and checks it as Maven Central does: {@link dev.sluice.build.release.StageRelease}. */
package dev.sluice.build.release;
