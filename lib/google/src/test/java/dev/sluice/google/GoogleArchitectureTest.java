package dev.sluice.google;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The libraries that this module may use. */
@AnalyzeClasses(packages = "dev.sluice.google", importOptions = ImportOption.DoNotIncludeTests.class)
class GoogleArchitectureTest {

    @ArchTest
    static final ArchRule itUsesTheProvidersContractAndGooglesLibrary = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.sluice.google",
                    "dev.sluice.provider",
                    "dev.sluice.transport",
                    "java..",
                    "com.google.auth..",
                    "org.jspecify..");
}
