package dev.sluice.transport.apache;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The libraries that this module may use, and the classes that it may not extend. */
@AnalyzeClasses(packages = "dev.sluice.transport.apache", importOptions = ImportOption.DoNotIncludeTests.class)
class ApacheArchitectureTest {

    @ArchTest
    static final ArchRule itUsesTheTransportsContractAndApachesClient = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.sluice.transport..",
                    "dev.sluice",
                    "dev.sluice.internal..",
                    "java..",
                    "javax.net.ssl..",
                    "org.apache.hc..",
                    "org.jspecify..");

    /** The application's version may be another one. */
    @ArchTest
    static final ArchRule noneOfItsClassesIsMarkedInternalByApache = noClasses()
            .should()
            .beAssignableTo(org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection.class)
            .orShould()
            .beAssignableTo(org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator.class);
}
