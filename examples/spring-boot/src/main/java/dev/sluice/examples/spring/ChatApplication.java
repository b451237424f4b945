package dev.sluice.examples.spring;

import dev.sluice.client.LlmClient;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.tools.Tool;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;

/**
 * A chat at {@code http://localhost:8080/assistant/}, for the user that {@code application.properties} names. Needs the variable
 * {@code ANTHROPIC_API_KEY}.
 */
@SpringBootApplication
public class ChatApplication {

    public static void main(String[] args) {
        SpringApplication.run(ChatApplication.class, args);
    }

    /** What is run for each question. The model and its limits are properties. */
    // page: spring
    @Bean
    RunFactory chat(LlmClient client) {
        return asked -> RunSource.of(
                client.run(client.request().conversation(asked.conversation()).build(), whoAmI()));
    }
    // end

    /** A tool runs with the security context of the request that asked. */
    static Tool whoAmI() {
        return Tool.of("who_am_i", "The name of the user who asks", "{\"type\":\"object\"}", (input, context) -> {
            var user = SecurityContextHolder.getContext().getAuthentication();
            return user == null ? "nobody" : user.getName();
        });
    }

    /** The relay checks where a request comes from by itself, so that its clients need no CSRF token. */
    @Bean
    SecurityFilterChain security(HttpSecurity http) {
        return http.authorizeHttpRequests(requests -> requests.requestMatchers("/actuator/**", "/assistant/healthz")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .httpBasic(Customizer.withDefaults())
                .csrf(csrf -> csrf.ignoringRequestMatchers("/assistant/**"))
                .build();
    }
}
