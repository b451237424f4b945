package dev.sluice.relay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the relay's rooms may use. */
@AnalyzeClasses(packages = "dev.sluice.relay", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theCoreKnowsNoServerNoMetersAndNoneOfItsAdapters = noClasses()
            .that()
            .resideInAPackage("dev.sluice.relay")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.sluice.relay.(*)..",
                    "org.eclipse.jetty..",
                    "com.sun.net.httpserver..",
                    "jakarta..",
                    "java.net..",
                    "io.micrometer..");

    @ArchTest
    static final ArchRule theJsonLibraryIsBehindOurs =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("tools.jackson..", "com.fasterxml..");

    @ArchTest
    static final ArchRule jettyWhichIsOptionalStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sluice.relay.jetty..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.jetty..");

    @ArchTest
    static final ArchRule theServletApiWhichIsOptionalStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sluice.relay.servlet..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.servlet..");

    @ArchTest
    static final ArchRule micrometerWhichIsOptionalStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sluice.relay.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule roomsAreFreeOfCycles = slices().matching("dev.sluice.relay.(*)..")
            .should()
            .beFreeOfCycles()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule timeAndThreadsAreInjected = noClasses()
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
}
