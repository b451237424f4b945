/** The source format of this project: {@link dev.sluice.build.Format} checks it and applies it. */
package dev.sluice.build;
