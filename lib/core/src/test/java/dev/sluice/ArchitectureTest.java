package dev.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.sluice.provider.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of ARCHITECTURE.md, and the walls between them. */
@AnalyzeClasses(
        packages = "dev.sluice",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.DoNotIncludeTheTestServer.class})
class ArchitectureTest {
    /** A module of its own, which is here because tests use it. */
    static final class DoNotIncludeTheTestServer implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("test-server");
        }
    }

    /** What the names of a vendor's classes begin with; each is a provider of that name. */
    private static final List<String> VENDORS = List.of("Claude", "Gemini", "OpenAi");

    /** All providers: of a vendor with two APIs there are two. */
    private static final List<String> PROVIDERS =
            List.of("Claude", "Gemini", "GeminiInteractions", "OpenAi", "OpenAiChatCompletions");

    /** Public to the compiler, no part of the API. */
    private static final List<String> PLUMBING = List.of("dev.sluice.internal", "dev.sluice.provider.wire");

    /** A vendor's name as a text or a type that is asked for, or a comparison of a provider or of its name. */
    private static final Pattern ASKS = Pattern.compile("\"(claude|gemini|openai|openai-responses|anthropic|google)\""
            + "|(instanceof|case) (Claude|Gemini|GeminiInteractions|OpenAi|OpenAiChatCompletions)\\b"
            + "|provider(\\(\\))?(\\.name\\(\\))?\\s*(\\.equals|==|!=)");

    /**
     * What {@code LlmClient.run} needs to start a run, which is the one look up that a room takes: a caller who has a client
     * looks there for what it can do.
     */
    private static final DescribedPredicate<JavaClass> RUN =
            DescribedPredicate.describe("the client", type -> type.getName().equals("dev.sluice.client.LlmClient"));

    private static final DescribedPredicate<JavaClass> TOOLS = DescribedPredicate.describe(
            "what it starts a run with",
            type -> List.of("Tool", "ToolLoop", "Builder").contains(type.getSimpleName())
                    && type.getPackageName().equals("dev.sluice.tools"));

    /** Each room and the rooms that it uses, lowest first; "" is {@code dev.sluice} itself. ARCHITECTURE.md has the picture. */
    private static final Map<String, List<String>> ROOMS = rooms();

    private static Map<String, List<String>> rooms() {
        var rooms = new LinkedHashMap<String, List<String>>();
        rooms.put("internal.json", List.of());
        rooms.put("json", List.of("internal.base", "internal.json"));
        rooms.put("internal.base", List.of());
        rooms.put("context", List.of("internal.base"));
        rooms.put("message", List.of("json", "internal.json", "internal.base"));
        rooms.put("internal.failure", List.of("message"));
        rooms.put("", List.of("message", "internal.base", "internal.failure"));
        rooms.put("observation", List.of("", "message", "context", "internal.base"));
        rooms.put("internal", List.of("", "message", "context", "observation", "internal.base", "internal.failure"));
        rooms.put("transport", List.of("", "internal", "internal.base"));
        rooms.put("sse", List.of("", "transport", "internal", "internal.base"));
        rooms.put("internal.resilience", List.of(""));
        rooms.put("resilience", List.of("", "internal.base", "internal.resilience"));
        rooms.put("provider", List.of("", "message", "sse", "transport"));
        rooms.put(
                "provider.wire",
                List.of("", "json", "internal.base", "internal.json", "message", "sse", "transport", "provider"));
        for (String vendor : VENDORS) {
            rooms.put(
                    "provider." + vendor.toLowerCase(Locale.ROOT),
                    List.of("", "json", "internal.json", "message", "sse", "transport", "provider", "provider.wire"));
        }
        rooms.put("aggregate", List.of("", "json", "message", "internal", "internal.base", "internal.json"));
        rooms.put("internal.budget", List.of("", "message", "internal"));
        rooms.put("budget", List.of("message", "internal.base", "internal.budget"));
        rooms.put(
                "internal.continuation", List.of("", "message", "aggregate", "provider", "internal", "internal.json"));
        rooms.put("continuation", List.of());
        var client = new ArrayList<>(rooms.keySet());
        client.removeAll(List.of("internal.json", "internal.failure", "provider.wire"));
        client.add("tools"); // LlmClient only, see below
        rooms.put("client", client);
        rooms.put("telemetry", List.of("", "internal", "message", "observation", "client"));
        rooms.put(
                "tools",
                List.of(
                        "",
                        "json",
                        "message",
                        "aggregate",
                        "budget",
                        "continuation",
                        "provider",
                        "client",
                        "context",
                        "observation",
                        "internal",
                        "internal.base",
                        "internal.json",
                        "internal.continuation",
                        "internal.resilience"));
        return rooms;
    }

    @ArchTest
    static void roomsUseOnlyTheRoomsThatTheTableAllows(JavaClasses all) {
        for (var room : ROOMS.entrySet()) {
            String[] others = ROOMS.keySet().stream()
                    .filter(other -> !other.equals(room.getKey()))
                    .filter(other -> !room.getValue().contains(other))
                    .map(ArchitectureTest::packageOf)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(room.getKey()))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .allowEmptyShould(false)
                    .as(room.getKey() + " uses only " + room.getValue())
                    .because("the table of rooms says so")
                    .check(all);
        }
    }

    @ArchTest
    static void everyRoomIsInTheTable(JavaClasses all) {
        assertThat(all.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        ROOMS.keySet().stream().map(ArchitectureTest::packageOf).toList());
    }

    private static String packageOf(String room) {
        return room.isEmpty() ? "dev.sluice" : "dev.sluice." + room;
    }

    @ArchTest
    static final ArchRule roomsAreFreeOfCycles = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    return SliceIdentifier.of(type.getPackageName());
                }

                @Override
                public String getDescription() {
                    return "rooms";
                }
            })
            .should()
            .beFreeOfCycles()
            .ignoreDependency(RUN, TOOLS);

    @ArchTest
    static final ArchRule onlyTheClientItselfStartsRuns = noClasses()
            .that()
            .resideInAPackage("dev.sluice.client")
            .and(not(RUN))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.sluice.tools");

    /** What users can name: public types, and those nested in them, outside of {@link #PLUMBING}. */
    private static final DescribedPredicate<JavaClass> API = DescribedPredicate.describe("are API", type -> {
        for (JavaClass at = type; at != null; at = at.getEnclosingClass().orElse(null)) {
            if (!at.getModifiers().contains(JavaModifier.PUBLIC)) {
                return false;
            }
        }
        return PLUMBING.stream().noneMatch(type.getPackageName()::startsWith);
    });

    /** Users read the list of types from its beginning to its end, so that it must stay short. */
    @ArchTest
    static void usersMeetSeventyOneTypesAtMost(JavaClasses all) {
        assertThat(all.stream().filter(API).filter(JavaClass::isTopLevelClass).map(JavaClass::getName))
                .as("public top-level types; what only our packages call belongs in internal, see ADR 21")
                .hasSizeLessThanOrEqualTo(72);
    }

    @ArchTest
    static void plumbingStaysOutOfPublicSignatures(JavaClasses all) {
        for (JavaClass type : all.that(API)) {
            Stream<JavaClass> named = Stream.concat(
                    Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream()),
                    Stream.concat(
                            type.getFields().stream()
                                    .filter(ArchitectureTest::isForUsers)
                                    .map(JavaField::getRawType),
                            type.getCodeUnits().stream()
                                    .filter(ArchitectureTest::isForUsers)
                                    .flatMap(unit -> Stream.concat(
                                            Stream.of(unit.getRawReturnType()),
                                            unit.getRawParameterTypes().stream()))));
            assertThat(named.filter(each -> PLUMBING.stream().anyMatch(each.getPackageName()::startsWith)))
                    .as("plumbing in the public signatures of " + type.getName())
                    .isEmpty();
        }
    }

    private static boolean isForUsers(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    /** An object hands over its part to us alone: no method of the API does, and nobody can put another in its place. */
    @ArchTest
    static void onlyTheOwnersShareParts(JavaClasses all) {
        assertThat(all
                        .get("dev.sluice.internal.base.InternalParts")
                        .getMethod("share", Class.class, Class.class, Function.class)
                        .getCallsOfSelf()
                        .stream()
                        .filter(call -> !call.getOrigin().getName().equals("<clinit>"))
                        .map(JavaMethodCall::getDescription))
                .isEmpty();
    }

    /** Two classes may know each other, and so may a sealed family or a class and its builder. More are a knot. */
    @ArchTest
    static void noThreeClassesOfTheHeartKnowEachOtherInACircle(JavaClasses all) {
        for (String room : List.of(
                "internal", "internal.budget", "internal.continuation", "internal.resilience", "client", "tools")) {
            assertThat(DependencyCycles.in(all, "dev.sluice." + room))
                    .as("knots in " + room)
                    .isEmpty();
        }
    }

    @ArchTest
    static final ArchRule theHttpClientStaysInTransport = noClasses()
            .that(not(resideInAPackage("dev.sluice.transport")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..");

    @ArchTest
    static final ArchRule theJsonLibraryStaysInJsonAndProvider = noClasses()
            .that(not(resideInAnyPackage("dev.sluice.json", "dev.sluice.internal.json", "dev.sluice.provider..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson..");

    @ArchTest
    static final ArchRule theSchemaGeneratorStaysInJson = noClasses()
            .that(not(resideInAPackage("dev.sluice.internal.json")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.github.victools..", "com.fasterxml..");

    @ArchTest
    static final ArchRule theSchemaValidatorStaysInJson = noClasses()
            .that(not(resideInAPackage("dev.sluice.json")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.networknt..", "com.ethlo..");

    @ArchTest
    static final ArchRule resilience4jStaysInResilience = noClasses()
            .that(not(resideInAnyPackage("dev.sluice.resilience", "dev.sluice.internal.resilience")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.resilience4j..");

    @ArchTest
    static final ArchRule micrometerWhichIsOptionalStaysInMetrics = noClasses()
            .that(not(resideInAPackage("dev.sluice.telemetry")))
            .and()
            .doNotHaveFullyQualifiedName("dev.sluice.context.MicrometerCarrier")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule apachesClientIsOfAnotherModule =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.apache.hc..");

    @ArchTest
    static final ArchRule vendorsAreNamedOnlyInProviderAndInTheClientsFactories = noClasses()
            .that(not(resideInAPackage("dev.sluice.provider..")))
            .and()
            .doNotHaveFullyQualifiedName("dev.sluice.client.LlmClient")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.sluice.provider..")
                    .and(DescribedPredicate.describe(
                            "are a vendor's", type -> VENDORS.stream().anyMatch(type.getSimpleName()::startsWith))));

    @ArchTest
    static final ArchRule theClientUsesVendorsInItsFactoriesOnly = methods()
            .that()
            .areDeclaredIn("dev.sluice.client.LlmClient")
            .and()
            .haveNameNotMatching("claude|gemini|openAi")
            .should(new ArchCondition<>("call no vendor") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    method.getAccessesFromSelf().stream()
                            .filter(access ->
                                    PROVIDERS.contains(access.getTargetOwner().getSimpleName()))
                            .forEach(access ->
                                    events.add(SimpleConditionEvent.violated(method, access.getDescription())));
                }
            });

    @ArchTest
    static final ArchRule timeAndThreadsAreInjected = noClasses()
            .that(not(resideInAnyPackage("dev.sluice", "dev.sluice.internal")))
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "ofPlatform");

    @ArchTest
    static final ArchRule nothingBlocksInAMonitor = noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule publicSignaturesNameOnlyOurTypesAndTheJdksSaveTheCallersInstancesInTheirRooms =
            methods().that().arePublic().and().areDeclaredInClassesThat(API).should(mentionOnlyOurTypesAndTheJdks());

    @ArchTest
    static final ArchRule exceptionsAreStreamExceptions = classes()
            .that()
            .areAssignableTo(Throwable.class)
            .and()
            .arePublic()
            .and()
            .resideOutsideOfPackage("dev.sluice.transport") // whose callers are our own
            .and()
            .doNotHaveFullyQualifiedName(
                    "dev.sluice.tools.RunJournal$JournalException") // of no stream, and others implement it
            .should()
            .beAssignableTo(StreamException.class);

    @ArchTest
    static final ArchRule namesSaySomething = noClasses()
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Impl");

    @Test
    void everyRoomIntroducesItselfAndIsNullMarked() throws IOException {
        for (Path room : sources().map(Path::getParent).distinct().toList()) {
            assertThat(room.resolve("package-info.java")).exists().content().contains("@NullMarked");
        }
    }

    @ArchTest
    static void everyProviderIsAVendorThatTheRulesKnow(JavaClasses all) {
        assertThat(all.stream()
                        .filter(type -> type.isAssignableTo(Provider.class) && !type.isInterface())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrderElementsOf(PROVIDERS);
    }

    /**
     * Outside of {@code provider} no code depends on who is asked. Except in the words of somebody else's
     * convention for some providers, and for all others their own name.
     */
    @Test
    void nobodyElseAsksWhichProviderItIs() throws IOException {
        for (Path file : sources().toList()) {
            if (!file.toString().contains("/provider/") && !file.endsWith("GenAiNames.java")) {
                assertThat(Files.readString(file)).as(file.toString()).doesNotContainPattern(ASKS);
            }
        }
    }

    private static Stream<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        }
    }

    private static ArchCondition<JavaMethod> mentionOnlyOurTypesAndTheJdks() {
        return new ArchCondition<>("mention only types of Sluice's and the JDK's") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                List<JavaClass> mentioned = new ArrayList<>(method.getRawParameterTypes());
                mentioned.add(method.getRawReturnType());
                mentioned.stream()
                        .map(JavaClass::getBaseComponentType)
                        .filter(type -> !type.isPrimitive())
                        .filter(type -> !type.getPackageName().startsWith("java"))
                        .filter(type -> !type.getPackageName().startsWith("dev.sluice"))
                        .filter(type -> !theCallersOwnInstance(method, type))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " mentions " + type.getName())));
            }
        };
    }

    private static boolean theCallersOwnInstance(JavaMethod method, JavaClass type) {
        return switch (method.getOwner().getPackageName()) {
            case "dev.sluice.resilience" -> type.getPackageName().startsWith("io.github.resilience4j");
            case "dev.sluice.telemetry" -> type.getPackageName().startsWith("io.micrometer");
            default -> false;
        };
    }
}
