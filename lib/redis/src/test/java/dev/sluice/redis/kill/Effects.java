package dev.sluice.redis.kill;

import dev.sluice.test.peer.ScriptedModel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the tools have done, in a folder that outlives the nodes: a file for each call key and tool, with a byte for each time.
 *
 * @param folder the folder
 */
record Effects(Path folder) {

    /** Does it, whether or not it was done before: a second time is a second byte. */
    void perform(int run, String tool, String callKey) throws IOException {
        Files.write(file(run, tool, callKey), new byte[] {1}, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Does it unless it was done under this key, as a service does that takes an idempotency key. */
    void performOnce(int run, String tool, String callKey) throws IOException {
        try {
            Files.write(file(run, tool, callKey), new byte[] {1}, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException done) {
            // by the node that was killed
        }
    }

    /** How often each tool of a run had its effect under each key: by "tool key". */
    Map<String, Long> of(int run) throws IOException {
        var found = new TreeMap<String, Long>();
        for (List<String> turn : ScriptedModel.TOOLS) {
            for (String tool : turn) {
                Path done = folder.resolve(run + "." + tool);
                if (Files.isDirectory(done)) {
                    try (Stream<Path> keys = Files.list(done)) {
                        for (Path key : keys.toList()) {
                            found.put(tool + " " + key.getFileName(), Files.size(key));
                        }
                    }
                }
            }
        }
        return found;
    }

    private Path file(int run, String tool, String callKey) throws IOException {
        return Files.createDirectories(folder.resolve(run + "." + tool)).resolve(callKey);
    }
}
