package dev.sluice.benchmarks.compare;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where this project is. */
final class Project {
    private Project() {}

    /** The directory of this module, two above its classes. */
    static Path benchmarks() {
        try {
            return Path.of(Project.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve("../..")
                    .normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
