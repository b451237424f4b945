package dev.sluice.relay.recipes;

import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.servlet.ServletRelay;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.time.Duration;

/** The relay in Quarkus. */
@SuppressWarnings("initialization.fields.uninitialized") // Quarkus injects them
// page: quarkus
@WebListener
@Singleton
public class QuarkusRelay implements ServletContextListener {
    @Inject
    RelayEndpoint endpoint;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        var servlet = event.getServletContext().addServlet("sluice", new ServletRelay(endpoint));
        servlet.setAsyncSupported(true);
        servlet.addMapping("/assistant/*");
    }

    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        endpoint.shutdown(Duration.ofSeconds(2));
    }
}
// end
