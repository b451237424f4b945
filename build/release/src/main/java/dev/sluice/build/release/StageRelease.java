package dev.sluice.build.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bouncycastle.openpgp.PGPException;
import org.w3c.dom.Element;

/**
 * Copies what the modules of a release are made of into one folder and one archive, as Maven Central takes it, and fails if
 * Central would refuse it.
 */
public final class StageRelease {
    /** The checksums of each file; Central asks for the first two. */
    static final Map<String, String> CHECKSUMS = Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256");

    private final Path root;
    private final Path bundle;
    private final List<Path> modules = new ArrayList<>();

    private StageRelease(Path root) {
        this.root = root;
        bundle = root.resolve("target/central-bundle");
    }

    /** Takes the project's folder, the file of the throwaway key, and whether this is a dry run. */
    public static void main(String[] args) throws IOException, PGPException {
        boolean dry = Boolean.parseBoolean(args[2]);
        String secret = System.getenv("MAVEN_GPG_KEY");
        if (secret == null && !dry) {
            fail(List.of("There is no key to sign with: set MAVEN_GPG_KEY."));
        }
        String key = secret == null ? Files.readString(Path.of(args[1])) : secret;
        var release = new StageRelease(Path.of(args[0]).toRealPath());
        release.stage();
        List<String> problems = new CentralRules(release.bundle, Signatures.by(key)).problems();
        String version = Pom.read(release.root.resolve("pom.xml")).version();
        if (version.endsWith("-SNAPSHOT") && !dry) {
            problems.add("the version is " + version + ", which Central refuses");
        }
        if (!problems.isEmpty()) {
            fail(problems);
        }
        release.report(version, secret == null);
    }

    private void stage() throws IOException {
        delete(bundle);
        collect(root);
        for (Path module : modules) {
            stage(module);
        }
        zip(root.resolve("target/central-bundle.zip"));
    }

    /** A module that is never published says so by {@code maven.deploy.skip}. */
    private void collect(Path module) throws IOException {
        Pom pom = Pom.read(module.resolve("pom.xml"));
        if (pom.text("properties/maven.deploy.skip").isEmpty()) {
            modules.add(module);
        }
        for (Element child : pom.all("modules/module").toList()) {
            collect(module.resolve(child.getTextContent().strip()));
        }
    }

    private void stage(Path module) throws IOException {
        Pom pom = Pom.read(module.resolve("pom.xml"));
        String name = pom.artifactId() + "-" + pom.version();
        Path folder = bundle.resolve(pom.groupId().replace('.', '/'))
                .resolve(pom.artifactId())
                .resolve(pom.version());
        Files.createDirectories(folder);
        Path target = module.resolve("target");
        copy(pom.file(), folder.resolve(name + ".pom"));
        for (Path file : files(target)) {
            String each = file.getFileName().toString();
            if (each.startsWith(name) && each.matches(".*\\.(jar|json|xml)")) {
                copy(file, folder.resolve(each));
            }
            if (each.startsWith(name) && each.endsWith(".asc")) {
                Files.copy(file, folder.resolve(each));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to);
        for (var checksum : CHECKSUMS.entrySet()) {
            Files.writeString(
                    to.resolveSibling(to.getFileName() + "." + checksum.getKey()), digest(to, checksum.getValue()));
        }
    }

    /** The checksum of a file, in hexadecimal digits. */
    static String digest(Path file, String algorithm) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void zip(Path archive) throws IOException {
        try (OutputStream file = Files.newOutputStream(archive);
                var zip = new ZipOutputStream(file)) {
            for (Path each : tree(bundle)) {
                var entry = new ZipEntry(bundle.relativize(each).toString().replace('\\', '/'));
                entry.setLastModifiedTime(FileTime.from(Instant.EPOCH));
                zip.putNextEntry(entry);
                Files.copy(each, zip);
            }
        }
    }

    private void report(String version, boolean throwaway) throws IOException {
        System.out.println(modules.size() + " artifacts of version " + version + " are in " + root.relativize(bundle)
                + " and " + root.relativize(bundle) + ".zip. Central's requirements are met.");
        if (version.endsWith("-SNAPSHOT")) {
            System.out.println(
                    "Except for the version: Central takes no SNAPSHOT. CONTRIBUTING.md says how to release.");
        }
        if (throwaway) {
            System.out.println(
                    "They are signed with a throwaway key, which Central does not know: this was a dry run.");
        }
        var compared = new ArrayList<String>();
        for (Path module : modules) {
            Path api = module.resolve("target/japicmp/api.xml");
            if (Files.exists(api) && !Files.readString(api).contains("oldVersion=\"n.a.\"")) {
                compared.add(Pom.read(module.resolve("pom.xml")).artifactId());
            }
        }
        System.out.println(
                compared.isEmpty()
                        ? "No earlier release was found, so japicmp compared no API."
                        : "japicmp compared with the last release: " + String.join(", ", compared) + ".");
    }

    /** All files below a folder, in the order of their names. */
    static List<Path> tree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static void fail(List<String> problems) {
        System.out.println("Central would refuse this release:");
        problems.forEach(problem -> System.out.println("- " + problem));
        System.exit(1);
    }
}
