package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.sluice.client.LlmClient;
import dev.sluice.internal.AutoClosingStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What GraalVM's native-image is told of this library: each class that reflects is known here, with what it reflects on, and
 * what it reflects on of ours or of the JDK is in the metadata.
 */
class ReachabilityMetadataTest {
    private static final String METADATA = "/META-INF/native-image/dev.sluice/sluice/reachability-metadata.json";

    /** The application lists its own classes; the library cannot know them. */
    private static final String THE_APPLICATIONS = "classes of the application";

    /** Each top-level class that reflects, and on what. */
    private static final Map<String, String> REFLECTING = new TreeMap<>(Map.ofEntries(
            Map.entry("dev.sluice.context.DetectedCarriers", "services, which native-image registers by itself"),
            Map.entry("dev.sluice.internal.AutoClosingStream", "the streams of java.util.stream, as proxies"),
            Map.entry("dev.sluice.internal.base.LazyList", "a field of its elements"),
            Map.entry("dev.sluice.internal.json.AnswerType", THE_APPLICATIONS),
            Map.entry("dev.sluice.internal.json.ClassSchemaGenerator", THE_APPLICATIONS),
            Map.entry("dev.sluice.internal.json.Json", THE_APPLICATIONS),
            Map.entry("dev.sluice.internal.json.NullableMembers", THE_APPLICATIONS),
            Map.entry("dev.sluice.internal.json.ParameterSchema", THE_APPLICATIONS),
            Map.entry("dev.sluice.json.PartialValue", THE_APPLICATIONS),
            Map.entry("dev.sluice.internal.json.SealedTypes", THE_APPLICATIONS),
            Map.entry("dev.sluice.tools.ToolMethodScanner", THE_APPLICATIONS)));

    @Test
    void eachClassThatReflectsIsKnown() {
        var found = new TreeMap<String, Set<String>>();
        new ClassFileImporter()
                .importUrl(LlmClient.class.getProtectionDomain().getCodeSource().getLocation()).stream()
                        .flatMap(type -> type.getAccessesFromSelf().stream())
                        .filter(access -> isReflection(access.getTarget()))
                        .forEach(access -> found.computeIfAbsent(topLevel(access), type -> new TreeSet<>())
                                .add(access.getTarget().getFullName()));
        assertThat(found.keySet())
                .as("They reflect; add what a native image needs for it to %s, and the class here: %s", METADATA, found)
                .isEqualTo(REFLECTING.keySet());
    }

    @Test
    void theFieldOfALazyElementIsListed() throws Exception {
        String field = metadata()
                .path("reflection")
                .valueStream()
                .filter(entry -> entry.path("type").isString())
                .filter(entry -> entry.path("type").asString().equals("dev.sluice.internal.base.LazyList$Element"))
                .map(entry -> entry.path("fields").path(0).path("name").asString())
                .findFirst()
                .orElseThrow();
        assertThat(Class.forName("dev.sluice.internal.base.LazyList$Element").getDeclaredField(field))
                .isNotNull();
    }

    @Test
    void theProxiesThatAreMadeAreListed() throws IOException {
        Stream<BaseStream<?, ?>> made = Stream.<BaseStream<?, ?>>of(
                AutoClosingStream.of(Stream.of("")),
                AutoClosingStream.of(Stream.of("")).mapToInt(String::length),
                AutoClosingStream.of(Stream.of("")).mapToLong(String::length),
                AutoClosingStream.of(Stream.of("")).mapToDouble(String::length));
        var interfaces = new TreeSet<String>();
        made.forEach(stream -> {
            assertThat(Proxy.isProxyClass(stream.getClass())).isTrue();
            Arrays.stream(stream.getClass().getInterfaces()).map(Class::getName).forEach(interfaces::add);
        });
        var proxies = new TreeSet<String>();
        var methods = new TreeSet<String>();
        for (JsonNode entry : metadata().path("reflection")) {
            if (entry.path("type").isObject()) {
                proxies.add(entry.path("type").path("proxy").path(0).asString());
            } else if (entry.path("allPublicMethods").asBoolean(false)) {
                methods.add(entry.path("type").asString());
            }
        }
        assertThat(proxies).isEqualTo(interfaces);
        assertThat(methods)
                .as("what the proxies call by reflection")
                .containsExactlyInAnyOrder(
                        BaseStream.class.getName(),
                        Stream.class.getName(),
                        IntStream.class.getName(),
                        LongStream.class.getName(),
                        DoubleStream.class.getName());
    }

    private static boolean isReflection(AccessTarget target) {
        JavaClass owner = target.getOwner();
        String name = target.getName();
        return switch (owner.getName()) {
            case "java.lang.Class" ->
                name.equals("forName")
                        || name.equals("getPermittedSubclasses")
                        || name.equals("getRecordComponents")
                        || name.equals("newInstance")
                        || name.matches("get(Declared)?(Field|Method|Constructor|Class)(s|es)?")
                        || name.startsWith("getResource");
            case "java.lang.ClassLoader" -> name.startsWith("getResource") || name.equals("loadClass");
            case "java.util.ResourceBundle" -> name.equals("getBundle");
            case "java.util.ServiceLoader", "java.io.ObjectInputStream" -> true;
            case "java.lang.invoke.MethodHandles$Lookup" -> name.startsWith("find") || name.startsWith("unreflect");
            case "java.lang.reflect.Proxy" -> name.equals("newProxyInstance");
            case "tools.jackson.databind.ObjectReader" -> name.startsWith("read");
            case "tools.jackson.databind.json.JsonMapper", "tools.jackson.databind.ObjectMapper" ->
                name.matches("(readValue|convertValue|treeToValue|readerFor|writeValueAsString|valueToTree)");
            default ->
                owner.getName().startsWith("java.lang.reflect.")
                                && name.matches("invoke|newInstance|get(Annotations?|Declared.*)|set(Accessible)?")
                        || owner.getName().matches("java\\.util\\.concurrent\\.atomic\\.Atomic\\w+FieldUpdater")
                                && name.equals("newUpdater");
        };
    }

    private static String topLevel(JavaAccess<?> access) {
        return access.getOriginOwner().getName().replaceAll("\\$.*", "");
    }

    private static JsonNode metadata() throws IOException {
        try (InputStream in = ReachabilityMetadataTest.class.getResourceAsStream(METADATA)) {
            return JsonMapper.shared().readTree(in);
        }
    }
}
