package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What the command line asks for: {@code quick} for a short run, and names of clients for a run of those only.
 *
 * @param quick whether figures may be rough
 * @param clients who takes part; all if none was named
 */
record Options(boolean quick, Set<Client> clients) {

    static Options of(String... arguments) {
        Set<Client> clients = EnumSet.noneOf(Client.class);
        Arrays.stream(arguments)
                .filter(word -> !word.equals("quick"))
                .map(word -> Client.valueOf(word.toUpperCase(Locale.ROOT)))
                .forEach(clients::add);
        return new Options(
                Arrays.asList(arguments).contains("quick"), clients.isEmpty() ? EnumSet.allOf(Client.class) : clients);
    }

    boolean has(Client client) {
        return clients.contains(client);
    }
}
