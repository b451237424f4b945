package dev.sluice.control;

/**
 * A body that says when it is about to wait. Its reader can put off until then what should not be done for each of many bytes
 * that are there already, such as to wake another thread. Of a body that is none, each read is taken for a wait.
 *
 * <p>Others than the reader may read on in its place, one thread at a time: while {@link java.io.InputStream#available} says more
 * than 0, a read does not wait; and one that waits ends at once with an {@link java.io.IOException} when its thread, if that is
 * a virtual one, is interrupted, or when another thread closes the body.
 */
public interface AnnouncesWaits {

    /**
     * Sets what is run on the reading thread, in the middle of a read, each time before it may wait for the server. It must not
     * touch the body.
     */
    void onWait(Runnable announcement);
}
