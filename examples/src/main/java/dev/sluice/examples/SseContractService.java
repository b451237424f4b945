package dev.sluice.examples;

import dev.sluice.examples.contract.ContractService;
import java.io.IOException;

/**
 * The service under test of LaunchDarkly's public SSE contract tests ({@code github.com/launchdarkly/sse-contract-tests}),
 * with {@code SseClient} as the client that is tested. Start it, on port 8000 or the one that is named, and then the harness:
 *
 * <pre>{@code
 * mvn -q -Pdemo -Dmain=dev.sluice.examples.SseContractService -Dargs=8000
 * sse-contract-tests --url http://localhost:8000 --stop-service-at-end
 * }</pre>
 */
public final class SseContractService {
    private SseContractService() {}

    /** Serves until a harness stops it, or Ctrl-C does. */
    public static void main(String... args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8000;
        ContractService service = ContractService.start(port);
        System.out.println("The contract tests can begin at " + service.uri());
    }
}
