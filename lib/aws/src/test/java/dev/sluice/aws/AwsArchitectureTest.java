package dev.sluice.aws;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The libraries that this module may use. */
@AnalyzeClasses(packages = "dev.sluice.aws", importOptions = ImportOption.DoNotIncludeTests.class)
class AwsArchitectureTest {

    @ArchTest
    static final ArchRule itUsesTheProvidersContractAndAwsSdk = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.sluice.aws",
                    "dev.sluice.provider",
                    "dev.sluice.transport",
                    "java..",
                    "software.amazon.awssdk..",
                    "org.jspecify..");
}
