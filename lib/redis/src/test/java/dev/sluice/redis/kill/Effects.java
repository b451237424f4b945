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
 * What the tools have done, in a folder that outlives the nodes: a file for each call key and tool. The file of a tool that takes the key
 * says by being there that its effect happened; that of another tool has a byte for each time.
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
            Files.createFile(file(run, tool, callKey)); // one step: a kill cannot come between the file and its byte
        } catch (FileAlreadyExistsException done) {
            // by the node that was killed
        }
    }

    /** How often each tool of a run had its effect under each key: by "tool key". */
    Map<String, Long> of(int run) throws IOException {
        var found = new TreeMap<String, Long>();
        for (List<String> turn : ScriptedModel.TOOLS) {
            for (String tool : turn) {
                boolean once = tool.equals(turn.getFirst());
                Path done = folder.resolve(run + "." + tool);
                if (Files.isDirectory(done)) {
                    try (Stream<Path> keys = Files.list(done)) {
                        for (Path key : keys.toList()) {
                            long times = once ? 1 : Files.size(key);
                            if (times > 0) { // a kill before the byte was written: no effect
                                found.put(tool + " " + key.getFileName(), times);
                            }
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
