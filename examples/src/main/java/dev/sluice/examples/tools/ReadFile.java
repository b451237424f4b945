package dev.sluice.examples.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolContext;
import dev.sluice.tools.ToolFunction;
import dev.sluice.tools.ToolOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/**
 * A tool that reads a text file below a folder, and none anywhere else: no absolute paths, no {@code ..}, no links that lead
 * out, no pipes or devices, nothing larger than a limit, and nothing but UTF-8.
 */
public final class ReadFile implements ToolFunction<ReadFile.Input> {
    private static final int MOST = 256 * 1024;
    private static final int CHUNK = 8192;

    private final AllowedRoot root;
    private final int maxBytes;

    ReadFile(AllowedRoot root, int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + ", must be positive");
        }
        this.root = root;
        this.maxBytes = maxBytes;
    }

    /**
     * What the model says.
     *
     * @param path the file
     */
    public record Input(
            @JsonPropertyDescription("the file, named from the folder, such as notes/today.txt")
            String path) {}

    /**
     * The tool, for files of up to 256 KB, which are some 64,000 tokens.
     *
     * @param root the folder
     * @throws IllegalArgumentException if it is none
     */
    public static Tool below(Path root) {
        return below(root, MOST);
    }

    /**
     * The tool.
     *
     * @param root the folder
     * @param maxBytes how large a file may be
     * @throws IllegalArgumentException if the root is no folder, or the limit is not positive
     */
    public static Tool below(Path root, int maxBytes) {
        return Tool.of("read_file", "Reads a text file", Input.class, new ReadFile(new AllowedRoot(root), maxBytes));
    }

    @Override
    public Object call(Input input, ToolContext context) throws Exception {
        try (SeekableByteChannel file = root.open(input.path())) {
            return text(bytes(file, input.path(), context), input.path());
        } catch (ToolRefusal refusal) {
            return ToolOutput.error(refusal.getMessage());
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            return ToolOutput.error(AllowedRoot.quoted(input.path()) + " cannot be read to its end");
        }
    }

    /** The size that the file had is only a first guess: what counts is what is read, for the file may grow meanwhile. */
    private byte[] bytes(SeekableByteChannel file, String name, ToolContext context) throws ToolRefusal, IOException {
        long size = file.size();
        if (size > maxBytes) {
            throw tooLarge(name, "has " + Sizes.of(size));
        }
        var bytes = new ByteArrayOutputStream((int) size);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (file.read(chunk.clear()) >= 0) {
            bytes.write(chunk.array(), 0, chunk.position());
            if (bytes.size() > maxBytes) {
                throw tooLarge(name, "grew while it was read");
            }
            context.progress("read " + Sizes.of(bytes.size()), Sizes.percent(bytes.size(), size));
        }
        return bytes.toByteArray();
    }

    private ToolRefusal tooLarge(String name, String how) {
        return new ToolRefusal(
                AllowedRoot.quoted(name) + " " + how + "; at most " + Sizes.of(maxBytes) + " can be read");
    }

    private static String text(byte[] bytes, String name) throws ToolRefusal {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                throw new ToolRefusal(AllowedRoot.quoted(name) + " is not text: byte " + i + " is NUL");
            }
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        if (UTF_8.newDecoder().decode(in, out, true).isError()) {
            throw new ToolRefusal(AllowedRoot.quoted(name) + " is not text in UTF-8: see byte " + in.position());
        }
        return out.flip().toString();
    }
}
