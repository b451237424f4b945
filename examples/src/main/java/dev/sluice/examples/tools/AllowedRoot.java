package dev.sluice.examples.tools;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * A folder out of which no path leads: opens the regular files in and below it, whatever a path says and whoever changes the
 * folder meanwhile. Links are followed as long as they stay inside. A hard link cannot be told from the file itself.
 */
final class AllowedRoot {
    private static final int LONGEST = 1024;

    private final Path root;
    private final boolean byHandle;

    /** A root that need not be a real path, but must be a folder. */
    AllowedRoot(Path root) {
        this(root, true);
    }

    /** {@code byHandle}: whether to go from folder to folder by their handles, where the system can. */
    AllowedRoot(Path root, boolean byHandle) {
        try {
            this.root = root.toRealPath();
        } catch (IOException e) {
            throw new IllegalArgumentException("root: " + root + " cannot be found", e);
        }
        if (!Files.isDirectory(this.root)) {
            throw new IllegalArgumentException("root: " + root + " is not a folder");
        }
        this.byHandle = byHandle;
    }

    /** Opens a file for reading. It is a regular one, so that reading does not wait for anybody. */
    SeekableByteChannel open(String name) throws ToolRefusal, IOException {
        try {
            return open(inside(name), name);
        } catch (NoSuchFileException e) {
            throw new ToolRefusal(quoted(name) + " does not exist");
        } catch (AccessDeniedException e) {
            throw new ToolRefusal(quoted(name) + " may not be read by this program");
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) { // its message would tell the model where the root is
            throw new ToolRefusal(quoted(name) + " cannot be opened");
        }
    }

    /** Where a name leads when all links are followed, as a path from the root that has no links. */
    Path inside(String name) throws ToolRefusal, IOException {
        Path real = root.resolve(relative(name)).toRealPath();
        if (!real.startsWith(root)) {
            throw new ToolRefusal(quoted(name) + " is a link that leads out of the folder");
        }
        return root.relativize(real);
    }

    private Path relative(String name) throws ToolRefusal {
        if (name.isBlank() || name.length() > LONGEST || name.indexOf('\0') >= 0) {
            throw new ToolRefusal("path: a name of 1 to " + LONGEST + " characters is needed, none of them NUL");
        }
        Path path;
        try {
            path = root.getFileSystem().getPath(name);
        } catch (InvalidPathException e) {
            throw new ToolRefusal(quoted(name) + " is not a path");
        }
        // A path with a root but without a drive, or the other way round, is not absolute on Windows, and not relative.
        if (path.isAbsolute() || path.getRoot() != null || name.startsWith("/") || name.startsWith("\\")) {
            throw new ToolRefusal(
                    quoted(name) + " is absolute: name the file from the folder, such as 'notes/today.txt'");
        }
        for (Path step : path) {
            if (step.toString().equals("..")) {
                throw new ToolRefusal(quoted(name) + " has '..': name the file from the folder down");
            }
        }
        return path;
    }

    /**
     * Opens what was found to be inside. Since then somebody may have put a link in the place of a folder or of the file, so
     * no link is followed any more: each step starts at the handle of the folder before it, not at a path. Only a file
     * that becomes a pipe between the look at it and its opening could still make the opening wait.
     */
    SeekableByteChannel open(Path inside, String name) throws ToolRefusal, IOException {
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(root)) {
            if (byHandle && folder instanceof SecureDirectoryStream<Path> secure) {
                return open(secure, inside, name);
            }
        }
        Path file = root.resolve(inside);
        checkRegular(Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS), name);
        SeekableByteChannel opened = Files.newByteChannel(file, READ, NOFOLLOW_LINKS);
        if (!file.toRealPath().equals(file)) { // as good as can be without handles
            opened.close();
            throw new ToolRefusal(quoted(name) + " was moved while it was opened");
        }
        return opened;
    }

    private static SeekableByteChannel open(SecureDirectoryStream<Path> folder, Path inside, String name)
            throws ToolRefusal, IOException {
        if (inside.getNameCount() > 1) {
            try (SecureDirectoryStream<Path> next = folder.newDirectoryStream(inside.getName(0), NOFOLLOW_LINKS)) {
                return open(next, inside.subpath(1, inside.getNameCount()), name);
            }
        }
        Path file = inside.toString().isEmpty() ? Path.of(".") : inside;
        checkRegular(
                folder.getFileAttributeView(file, BasicFileAttributeView.class, NOFOLLOW_LINKS)
                        .readAttributes(),
                name);
        return folder.newByteChannel(file, Set.of(READ, NOFOLLOW_LINKS));
    }

    private static void checkRegular(BasicFileAttributes file, String name) throws ToolRefusal {
        if (file.isDirectory()) {
            throw new ToolRefusal(quoted(name) + " is a folder");
        }
        if (!file.isRegularFile()) {
            throw new ToolRefusal(quoted(name) + " is not a regular file");
        }
    }

    static String quoted(String name) {
        return "'" + (name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "…") + "'";
    }
}
