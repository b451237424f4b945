package dev.sluice.build.release;

import static dev.sluice.build.release.Pom.children;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * What <a href="https://central.sonatype.org/publish/requirements/">Maven Central requires</a> of a bundle, and what this
 * project asks of itself: LICENSE and NOTICE in each jar, a module's name, an SBOM, a complete bill of materials.
 */
final class CentralRules {
    private static final String BILL = "sluice-bom";

    private final Path bundle;
    private final Signatures signatures;
    private final Map<String, Pom> poms = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    CentralRules(Path bundle, Signatures signatures) {
        this.bundle = bundle;
        this.signatures = signatures;
    }

    /** What is wrong; empty if nothing is. */
    List<String> problems() throws IOException {
        List<Path> files = StageRelease.tree(bundle);
        for (Path file : files) {
            if (file.toString().endsWith(".pom")) {
                Pom pom = Pom.read(file);
                poms.put(pom.artifactId(), pom);
            }
        }
        for (Path file : files) {
            if (!file.toString().matches(".*\\.(md5|sha1|sha256|asc)")) {
                checkProofs(file);
            }
            if (file.toString().endsWith(".jar")) {
                checkJar(file);
            }
        }
        for (Pom pom : poms.values()) {
            checkMetadata(pom);
            checkFiles(pom);
        }
        checkBill();
        return problems;
    }

    private void checkProofs(Path file) throws IOException {
        for (var checksum : StageRelease.CHECKSUMS.entrySet()) {
            Path proof = beside(file, checksum.getKey());
            if (!Files.exists(proof)) {
                wrong(file, "has no ." + checksum.getKey());
            } else if (!Files.readString(proof).strip().equals(StageRelease.digest(file, checksum.getValue()))) {
                wrong(file, "does not have the checksum in its ." + checksum.getKey());
            }
        }
        Path signature = beside(file, "asc");
        if (!Files.exists(signature)) {
            wrong(file, "has no signature");
        } else if (!signatures.isSigned(file, signature)) {
            wrong(file, "is not what its signature signs, or another key signed it");
        }
    }

    private void checkJar(Path file) throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            for (String legal : List.of("META-INF/LICENSE", "META-INF/NOTICE")) {
                if (jar.getEntry(legal) == null) {
                    wrong(file, "has no " + legal);
                }
            }
            boolean main = !file.toString().matches(".*-(sources|javadoc|tests)\\.jar");
            if (main
                    && (jar.getManifest() == null
                            || jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name") == null)) {
                wrong(file, "has no Automatic-Module-Name");
            }
        }
    }

    private void checkMetadata(Pom pom) {
        for (String own : List.of("modelVersion", "artifactId", "name", "description")) {
            if (pom.text(own).isEmpty()) {
                wrong(pom.file(), "has no <" + own + ">");
            }
        }
        for (String inherited : List.of(
                "url",
                "licenses/license/name",
                "licenses/license/url",
                "developers/developer/name",
                "scm/url",
                "scm/connection",
                "scm/developerConnection")) {
            if (inherited(pom, inherited).isEmpty()) {
                wrong(pom.file(), "has no <" + inherited + ">, nor has a parent");
            }
        }
        // Maven appends a module's name to what it inherits, unless each of these says no.
        if (pom.text("parent/artifactId").isPresent()
                && (!inheritsAsIs(pom, "", "child.project.url")
                        || !inheritsAsIs(pom, "scm", "child.scm.url")
                        || !inheritsAsIs(pom, "scm", "child.scm.connection")
                        || !inheritsAsIs(pom, "scm", "child.scm.developerConnection"))) {
            wrong(pom.file(), "inherits a url or scm with its own name appended");
        }
        if (pom.all("repositories").findAny().isPresent()
                || pom.all("pluginRepositories").findAny().isPresent()) {
            wrong(pom.file(), "names repositories, which others may not reach");
        }
        Path path = bundle.relativize(pom.file());
        Path expected = Path.of(pom.groupId().replace('.', '/'))
                .resolve(pom.artifactId())
                .resolve(pom.version())
                .resolve(pom.artifactId() + "-" + pom.version() + ".pom");
        if (!path.equals(expected)) {
            wrong(pom.file(), "is not where its coordinates say, " + expected);
        }
    }

    private boolean inheritsAsIs(Pom pom, String element, String attribute) {
        Pom source = ancestors(pom)
                .filter(each ->
                        each.all(element.isEmpty() ? "url" : element).findAny().isPresent())
                .findFirst()
                .orElse(pom);
        Element holder = element.isEmpty()
                ? source.root()
                : source.all(element).findFirst().orElse(source.root());
        return source == pom
                || holder.getAttribute(attribute + ".inherit.append.path").equals("false");
    }

    private Optional<String> inherited(Pom pom, String path) {
        return ancestors(pom).flatMap(each -> each.text(path).stream()).findFirst();
    }

    /** A POM, its parent, and so on, as far as they are in the bundle. */
    private Stream<Pom> ancestors(Pom pom) {
        return Stream.iterate(
                pom,
                each -> each != null,
                each -> each.text("parent/artifactId").map(poms::get).orElse(null));
    }

    private void checkFiles(Pom pom) {
        pom.text("parent/artifactId")
                .filter(parent -> !poms.containsKey(parent))
                .ifPresent(parent -> wrong(pom.file(), "has the parent " + parent + ", which is not in the bundle"));
        if (pom.packaging().equals("pom")) {
            return;
        }
        String name = pom.artifactId() + "-" + pom.version();
        for (String file : List.of(
                name + ".jar",
                name + "-sources.jar",
                name + "-javadoc.jar",
                name + "-cyclonedx.json",
                name + "-cyclonedx.xml")) {
            if (!Files.exists(pom.file().resolveSibling(file))) {
                wrong(pom.file(), "comes without " + file);
            }
        }
    }

    private void checkBill() {
        Pom bill = poms.get(BILL);
        if (bill == null) {
            problems.add("there is no " + BILL);
            return;
        }
        var listed = new TreeMap<String, String>();
        bill.all("dependencyManagement/dependencies/dependency")
                .forEach(entry -> listed.put(first(entry, "artifactId"), first(entry, "version")));
        var published = new TreeSet<String>();
        for (Pom pom : poms.values()) {
            if (!pom.packaging().equals("pom")) {
                published.add(pom.artifactId());
            }
            if (!pom.version().equals(bill.version())) {
                wrong(pom.file(), "is of version " + pom.version() + ", the bill of materials of " + bill.version());
            }
        }
        if (!listed.keySet().equals(published)) {
            wrong(bill.file(), "lists " + listed.keySet() + ", published are " + published);
        }
        listed.forEach((artifact, version) -> {
            if (!version.equals("${project.version}") && !version.equals(bill.version())) {
                wrong(bill.file(), "lists " + artifact + " of version " + version);
            }
        });
    }

    private static String first(Element entry, String name) {
        return children(entry, name).stream()
                .map(element -> element.getTextContent().strip())
                .findFirst()
                .orElse("");
    }

    private static Path beside(Path file, String extension) {
        return file.resolveSibling(file.getFileName() + "." + extension);
    }

    private void wrong(Path file, String problem) {
        problems.add(file.getFileName() + " " + problem);
    }
}
