package dev.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.sluice.control.StreamException;
import dev.sluice.provider.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of ARCHITECTURE.md, and the walls between them. */
@AnalyzeClasses(packages = "dev.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** What the names of a vendor's classes begin with; each is a provider of that name. */
    private static final List<String> VENDORS = List.of("Claude", "Gemini", "OpenAi");

    /** A vendor's name as a text or a type that is asked for, or a comparison of a provider or of its name. */
    private static final Pattern ASKS = Pattern.compile("\"(claude|gemini|openai|anthropic|google)\""
            + "|(instanceof|case) (Claude|Gemini|OpenAi)\\b"
            + "|provider(\\(\\))?(\\.name\\(\\))?\\s*(\\.equals|==|!=)");

    /**
     * What {@code LlmClient.run} needs to start a run, which is the one look up that a room takes: a caller who has a client
     * looks there for what it can do.
     */
    private static final DescribedPredicate<JavaClass> RUN =
            DescribedPredicate.describe("the client", type -> type.getName().equals("dev.sluice.stream.LlmClient"));

    private static final DescribedPredicate<JavaClass> TOOLS = DescribedPredicate.describe(
            "what it starts a run with",
            type -> List.of("Tool", "ToolLoop", "Builder").contains(type.getSimpleName())
                    && type.getPackageName().equals("dev.sluice.tools"));

    @ArchTest
    static final ArchRule roomsUseOnlyTheRoomsThatTheTableAllows = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("json")
            .definedBy("dev.sluice.json")
            .layer("message")
            .definedBy("dev.sluice.message")
            .layer("control")
            .definedBy("dev.sluice.control")
            .layer("transport")
            .definedBy("dev.sluice.transport")
            .layer("sse")
            .definedBy("dev.sluice.sse")
            .layer("provider")
            .definedBy("dev.sluice.provider")
            .layer("aggregate")
            .definedBy("dev.sluice.aggregate")
            .layer("resilience")
            .definedBy("dev.sluice.resilience")
            .layer("stream")
            .definedBy("dev.sluice.stream")
            .layer("metrics")
            .definedBy("dev.sluice.metrics")
            .layer("tools")
            .definedBy("dev.sluice.tools")
            .whereLayer("json")
            .mayNotAccessAnyLayer()
            .whereLayer("message")
            .mayOnlyAccessLayers("json")
            .whereLayer("control")
            .mayOnlyAccessLayers("message")
            .whereLayer("transport")
            .mayOnlyAccessLayers("control")
            .whereLayer("sse")
            .mayOnlyAccessLayers("control", "transport")
            .whereLayer("provider")
            .mayOnlyAccessLayers("message", "json", "sse", "transport", "control")
            .whereLayer("aggregate")
            .mayOnlyAccessLayers("message", "json", "control")
            .whereLayer("resilience")
            .mayOnlyAccessLayers("control")
            .whereLayer("metrics")
            .mayOnlyAccessLayers("stream", "message", "control")
            .whereLayer("metrics")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("tools")
            .mayOnlyAccessLayers("json", "message", "control", "aggregate", "stream")
            .whereLayer("tools")
            .mayNotBeAccessedByAnyLayer()
            .ignoreDependency(RUN, TOOLS);

    @ArchTest
    static final ArchRule roomsAreFreeOfCycles =
            slices().matching("dev.sluice.(*)..").should().beFreeOfCycles().ignoreDependency(RUN, TOOLS);

    /** Two classes may know each other, and so may a sealed family or a class and its builder. More are a knot. */
    @ArchTest
    static void noThreeClassesOfTheHeartKnowEachOtherInACircle(JavaClasses all) {
        for (String room : List.of("control", "stream", "tools")) {
            assertThat(Knots.in(all, "dev.sluice." + room))
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
            .that(not(resideInAPackage("dev.sluice.json").or(resideInAPackage("dev.sluice.provider"))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson..");

    @ArchTest
    static final ArchRule theSchemaGeneratorStaysInJson = noClasses()
            .that(not(resideInAPackage("dev.sluice.json")))
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
            .that(not(resideInAPackage("dev.sluice.resilience")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.resilience4j..");

    @ArchTest
    static final ArchRule micrometerWhichIsOptionalStaysInMetrics = noClasses()
            .that(not(resideInAPackage("dev.sluice.metrics")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule apachesClientIsOfAnotherModule =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.apache.hc..");

    @ArchTest
    static final ArchRule vendorsAreNamedOnlyInProviderAndInTheClientsFactories = noClasses()
            .that(not(resideInAPackage("dev.sluice.provider")))
            .and()
            .doNotHaveFullyQualifiedName("dev.sluice.stream.LlmClient")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.sluice.provider")
                    .and(DescribedPredicate.describe(
                            "are a vendor's", type -> VENDORS.stream().anyMatch(type.getSimpleName()::startsWith))));

    @ArchTest
    static final ArchRule theClientUsesVendorsInItsFactoriesOnly = methods()
            .that()
            .areDeclaredIn("dev.sluice.stream.LlmClient")
            .and()
            .haveNameNotMatching("claude|gemini|openAi")
            .should(new ArchCondition<>("call no vendor") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    method.getAccessesFromSelf().stream()
                            .filter(access ->
                                    VENDORS.contains(access.getTargetOwner().getSimpleName()))
                            .forEach(access ->
                                    events.add(SimpleConditionEvent.violated(method, access.getDescription())));
                }
            });

    @ArchTest
    static final ArchRule timeAndThreadsAreInjected = noClasses()
            .that(not(resideInAPackage("dev.sluice.control")))
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
    static final ArchRule publicSignaturesNameOnlyOurTypesAndTheJdksSaveTheCallersInstancesInTheirRooms = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should(mentionOnlyOurTypesAndTheJdks());

    @ArchTest
    static final ArchRule exceptionsAreStreamExceptions = classes()
            .that()
            .areAssignableTo(Throwable.class)
            .and()
            .arePublic()
            .and()
            .resideOutsideOfPackage("dev.sluice.transport") // whose callers are our own
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
                .containsExactlyInAnyOrderElementsOf(VENDORS);
    }

    /**
     * Outside of {@code provider} no code depends on who is asked. Save in the meters, which have the words of somebody else's
     * convention for some providers, and for all others their own name.
     */
    @Test
    void nobodyElseAsksWhichProviderItIs() throws IOException {
        for (Path file : sources().toList()) {
            if (!file.getParent().endsWith("provider") && !file.endsWith("StreamMeters.java")) {
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
            case "dev.sluice.metrics" -> type.getPackageName().startsWith("io.micrometer");
            default -> false;
        };
    }
}
