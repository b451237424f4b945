package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;

/** Prints the first text of a stream and is gone; without arguments, prints. */
final class FirstText {
    private FirstText() {}

    /** Arguments: client and address, or none. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            leaveWith("nothing");
        }
        Client.valueOf(args[0]).open(args[1]).stream(FirstText::leaveWith);
    }

    private static void leaveWith(String text) {
        System.out.println(text);
        System.out.flush();
        // A JVM that writes a cache does so at an orderly exit only.
        if (Boolean.getBoolean("orderly")) {
            System.exit(0);
        }
        Runtime.getRuntime().halt(0);
    }
}
