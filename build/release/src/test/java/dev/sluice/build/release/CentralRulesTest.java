package dev.sluice.build.release;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A bundle that is right is accepted, and each thing that may be wrong with one is found. */
class CentralRulesTest {
    private static final String PARENT = """
        <project child.project.url.inherit.append.path="false"><modelVersion>4.0.0</modelVersion>
        <groupId>a.b</groupId><artifactId>parent</artifactId><version>1.0</version><packaging>pom</packaging>
        <name>Parent</name><description>For all</description><url>https://example.com</url>
        <licenses><license><name>Apache-2.0</name><url>https://example.com/license</url></license></licenses>
        <developers><developer><name>Ann</name></developer></developers>
        <scm child.scm.url.inherit.append.path="false" child.scm.connection.inherit.append.path="false"
         child.scm.developerConnection.inherit.append.path="false">
        <url>https://example.com/s</url><connection>scm:git:https://example.com/s</connection>
        <developerConnection>scm:git:https://example.com/s</developerConnection></scm></project>
        """;
    private static final String LIBRARY = """
        <project><modelVersion>4.0.0</modelVersion>
        <parent><groupId>a.b</groupId><artifactId>parent</artifactId><version>1.0</version></parent>
        <artifactId>library</artifactId><name>Library</name><description>One</description></project>
        """;
    private static final String BILL = """
        <project><modelVersion>4.0.0</modelVersion>
        <parent><groupId>a.b</groupId><artifactId>parent</artifactId><version>1.0</version></parent>
        <artifactId>sluice-bom</artifactId><packaging>pom</packaging>
        <name>Bill</name><description>All</description><dependencyManagement><dependencies>
        <dependency><groupId>a.b</groupId><artifactId>library</artifactId><version>1.0</version></dependency>
        </dependencies></dependencyManagement></project>
        """;

    /** The signature of each content: making one takes long. */
    private static final Map<String, byte[]> SIGNED = new HashMap<>();

    private static PGPSecretKeyRing key;

    private static byte[] completeJar;

    @TempDir
    private Path bundle;

    @BeforeAll
    static void makeKey() throws Exception {
        key = ThrowawayKey.make();
        completeJar = jar("META-INF/LICENSE", "META-INF/NOTICE");
    }

    @BeforeEach
    void makeBundle() throws Exception {
        add("parent", ".pom", PARENT.getBytes(UTF_8));
        add("library", ".pom", LIBRARY.getBytes(UTF_8));
        add("library", ".jar", completeJar);
        add("library", "-sources.jar", completeJar);
        add("library", "-javadoc.jar", completeJar);
        add("library", "-cyclonedx.json", "{}".getBytes(UTF_8));
        add("library", "-cyclonedx.xml", "<bom/>".getBytes(UTF_8));
        add("sluice-bom", ".pom", BILL.getBytes(UTF_8));
    }

    @Test
    void aCompleteBundleIsAccepted() throws Exception {
        assertEquals(List.of(), problems());
    }

    /** What is done to the bundle, and what must be said of it. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        "library-1.0.pom has no <description>",
                        test -> test.rewrite("library", "<description>One</description>", "")),
                mistake(
                        "library-1.0.pom has no <name>",
                        test -> test.rewrite("library", "<name>Library</name>", "<name> </name>")),
                mistake(
                        "parent-1.0.pom has no <url>, nor has a parent",
                        test -> test.rewrite("parent", "<url>https://example.com</url>", "")),
                mistake(
                        "library-1.0.pom has no <scm/connection>, nor has a parent",
                        test -> test.rewrite("parent", "<connection>scm:git:https://example.com/s</connection>", "")),
                mistake(
                        "library-1.0.pom inherits a url or scm with its own name appended",
                        test -> test.rewrite("parent", "child.scm.url.inherit.append.path=\"false\"", "")),
                mistake(
                        "library-1.0.pom names repositories, which others may not reach",
                        test -> test.rewrite("library", "</project>", "<repositories/></project>")),
                mistake(
                        "library-1.0.pom is not where its coordinates say, a/b/other/1.0/other-1.0.pom",
                        test -> test.rewrite("library", "<artifactId>library<", "<artifactId>other<")),
                mistake(
                        "library-1.0.pom has the parent other, which is not in the bundle",
                        test -> test.rewrite("library", "<artifactId>parent<", "<artifactId>other<")),
                mistake("library-1.0.jar has no signature", test -> Files.delete(test.file("library", ".jar.asc"))),
                mistake("library-1.0.jar has no .sha1", test -> Files.delete(test.file("library", ".jar.sha1"))),
                mistake(
                        "library-1.0.jar does not have the checksum in its .md5",
                        test -> Files.writeString(test.file("library", ".jar.md5"), "0")),
                mistake(
                        "library-1.0-cyclonedx.xml is not what its signature signs, or another key signed it",
                        test -> Files.writeString(test.file("library", "-cyclonedx.xml"), "<bom >")),
                mistake(
                        "library-1.0.pom comes without library-1.0-javadoc.jar",
                        test -> Files.delete(test.file("library", "-javadoc.jar"))),
                mistake(
                        "library-1.0.pom comes without library-1.0-cyclonedx.json",
                        test -> Files.delete(test.file("library", "-cyclonedx.json"))),
                mistake(
                        "library-1.0-sources.jar has no META-INF/NOTICE",
                        test -> test.add("library", "-sources.jar", jar("META-INF/LICENSE"))),
                mistake("there is no sluice-bom", test -> Files.delete(test.file("sluice-bom", ".pom"))),
                mistake(
                        "sluice-bom-1.0.pom lists [other], published are [library]",
                        test -> test.rewrite("sluice-bom", "<artifactId>library<", "<artifactId>other<")),
                mistake(
                        "sluice-bom-1.0.pom lists library of version 0.9",
                        test -> test.rewrite(
                                "sluice-bom",
                                "<version>1.0</version></dependency>",
                                "<version>0.9</version></dependency>")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsFound(String problem, Mistake mistake) throws Exception {
        mistake.in(this);
        List<String> problems = problems();
        assertTrue(problems.contains(problem), () -> problem + " is not among " + problems);
    }

    @Test
    void theSignatureOfAnotherKeyIsNone() throws Exception {
        var other = new CentralRules(bundle, Signatures.by(armoured(ThrowawayKey.make())));
        assertTrue(
                other.problems().contains("library-1.0.jar is not what its signature signs, or another key signed it"));
    }

    private List<String> problems() throws IOException, PGPException {
        return new CentralRules(bundle, Signatures.by(armoured(key))).problems();
    }

    private void rewrite(String artifact, String from, String to) throws Exception {
        String pom = Files.readString(file(artifact, ".pom"));
        assertTrue(pom.contains(from), from);
        add(artifact, ".pom", pom.replace(from, to).getBytes(UTF_8));
    }

    private Path file(String artifact, String suffix) {
        return bundle.resolve("a/b/" + artifact + "/1.0/" + artifact + "-1.0" + suffix);
    }

    /** Adds a file, or replaces it, with its checksums and its signature. */
    private void add(String artifact, String suffix, byte[] content) throws Exception {
        Path file = file(artifact, suffix);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        for (var checksum : StageRelease.CHECKSUMS.entrySet()) {
            Files.writeString(
                    file(artifact, suffix + "." + checksum.getKey()), StageRelease.digest(file, checksum.getValue()));
        }
        String text = new String(content, ISO_8859_1);
        if (!SIGNED.containsKey(text)) {
            SIGNED.put(text, sign(content));
        }
        Files.write(file(artifact, suffix + ".asc"), SIGNED.get(text));
    }

    private static byte[] sign(byte[] content) throws Exception {
        var secret = key.getSecretKey();
        var generator = new PGPSignatureGenerator(
                new BcPGPContentSignerBuilder(secret.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256),
                secret.getPublicKey());
        generator.init(PGPSignature.BINARY_DOCUMENT, secret.extractPrivateKey(null));
        generator.update(content);
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = new ArmoredOutputStream(bytes)) {
            generator.generate().encode(out);
        }
        return bytes.toByteArray();
    }

    private static byte[] jar(String... entries) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Automatic-Module-Name", "a.b");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            for (String entry : entries) {
                jar.putNextEntry(new ZipEntry(entry));
                jar.write(entry.getBytes(UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static String armoured(PGPSecretKeyRing ring) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = new ArmoredOutputStream(bytes)) {
            ring.encode(out);
        }
        return bytes.toString(UTF_8);
    }

    private static Arguments mistake(String problem, Mistake mistake) {
        return Arguments.of(problem, mistake);
    }

    /** Does something wrong to the bundle of a test. */
    private interface Mistake {
        void in(CentralRulesTest test) throws Exception;
    }
}
