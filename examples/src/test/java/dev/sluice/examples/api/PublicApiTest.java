package dev.sluice.examples.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.Message;
import dev.sluice.redis.RedisResumeLog;
import dev.sluice.relay.Relay;
import dev.sluice.test.Recording;
import dev.sluice.test.server.ScriptedServer;
import dev.sluice.transport.apache.ApacheHttpTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What users can name of the libraries stands in {@code docs/api.txt}, so that each change of it shows in a diff. */
class PublicApiTest {
    private static final Path FILE = Path.of(System.getProperty("docs", "../docs"), "api.txt");

    @Test
    void everyChangeOfThePublicApiIsWrittenDown() throws Exception {
        String listing = "# dev.sluice:sluice\n\n" + ApiListing.of(Message.class)
                + "\n# dev.sluice:sluice-apache\n\n" + ApiListing.of(ApacheHttpTransport.class)
                + "\n# dev.sluice:sluice-aws\n\n" + ApiListing.of(Class.forName("dev.sluice.aws.AwsSigV4"))
                + "\n# dev.sluice:sluice-google\n\n" + ApiListing.of(Class.forName("dev.sluice.google.GoogleCloudAuth"))
                + "\n# dev.sluice:sluice-opentelemetry\n\n"
                + ApiListing.of(Class.forName("dev.sluice.opentelemetry.OpenTelemetryObserver"))
                + "\n# dev.sluice:sluice-relay\n\n" + ApiListing.of(Relay.class)
                + "\n# dev.sluice:sluice-redis\n\n" + ApiListing.of(RedisResumeLog.class)
                + "\n# dev.sluice:sluice-spring-boot-starter\n\n"
                + ApiListing.of(Class.forName("dev.sluice.spring.SluiceProperties"))
                + "\n# dev.sluice:sluice-test\n\n" + ApiListing.of(Recording.class)
                + "\n# dev.sluice:sluice-test-server\n\n" + ApiListing.of(ScriptedServer.class);
        if (Boolean.getBoolean("api.write")) {
            Files.writeString(FILE, listing);
        }
        assertThat(listing)
                .as("docs/api.txt; if the change is meant, write it with: mvn verify -Dapi.write=true")
                .isEqualTo(Files.readString(FILE));
    }
}
