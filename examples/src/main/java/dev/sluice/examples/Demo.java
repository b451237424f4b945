package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.examples.server.DemoServer;
import dev.sluice.provider.Provider;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Whom an example talks to: {@code --provider} and {@code --model} on the command line say it. The real one is talked to if
 * the environment has its key, else a scripted server in this process that speaks its wire; a line of its own says which. A
 * program of yours needs none of this: it calls {@link LlmClient#claude()}, or another provider's method.
 */
final class Demo {
    private static final String USAGE = "--provider " + Vendor.names() + " and --model NAME can be given";

    private final Vendor vendor;
    private final String model;
    private final String words;

    private Demo(Vendor vendor, String model, String words) {
        this.vendor = vendor;
        this.model = model;
        this.words = words;
    }

    /** What the command line says. If it cannot be understood, says what can be, and ends the program with 2. */
    static Demo of(String... args) {
        try {
            return read(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            throw e;
        }
    }

    static Demo read(String... args) {
        Vendor vendor = Vendor.first();
        String model = "";
        List<String> words = new ArrayList<>();
        Iterator<String> rest = List.of(args).iterator();
        while (rest.hasNext()) {
            String arg = rest.next();
            switch (arg) {
                case "--provider" -> {
                    String name = value(arg, rest);
                    vendor = Vendor.named(name)
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "There is no provider named '" + name + "': " + USAGE));
                }
                case "--model" -> model = value(arg, rest);
                default -> {
                    if (arg.startsWith("--")) {
                        throw new IllegalArgumentException("There is no option " + arg + ": " + USAGE);
                    }
                    words.add(arg);
                }
            }
        }
        return new Demo(vendor, model.isEmpty() ? vendor.model() : model, String.join(" ", words));
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException("What follows " + option + " is missing: " + USAGE);
        }
        return rest.next();
    }

    /** The model to ask. */
    String model() {
        return model;
    }

    /** What else is on the command line. */
    String wordsOr(String unlessGiven) {
        return words.isEmpty() ? unlessGiven : words;
    }

    /** A client of whom there is. */
    LlmClient client() {
        return client(settings -> {});
    }

    /** A client of whom there is, with settings of its own. */
    LlmClient client(Consumer<LlmClient.Builder> settings) {
        if (!vendor.isKnown(System::getenv)) {
            return scripted(settings);
        }
        Provider provider = vendor.real().get();
        System.out.println("Talking to " + provider + ".");
        LlmClient.Builder client = LlmClient.builder(provider);
        settings.accept(client);
        return client.build();
    }

    /** A client of the scripted server, whose faults can be ordered. */
    LlmClient scripted() {
        return scripted(settings -> {});
    }

    /** A client of the scripted server with settings of its own, and what goes wrong with its first requests, in turn. */
    LlmClient scripted(Consumer<LlmClient.Builder> settings, Fault... faults) {
        System.out.println("Talking to a scripted server in this process; set "
                + vendor.variables().getFirst() + " to talk to " + vendor.title() + ".");
        List.of(faults).forEach(Server.STARTED::next);
        LlmClient.Builder client = LlmClient.builder(vendor.scripted().apply(Server.STARTED.uri()));
        settings.accept(client);
        return client.build();
    }

    /** One for all examples that run in this process; its threads are daemons, so it need not be closed. */
    private static final class Server {
        static final ScriptedServer STARTED =
                DemoServer.start("brisk".equals(System.getProperty("demo.pace")) ? Pace.brisk() : Pace.natural(), 1);
    }
}
