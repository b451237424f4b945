package dev.sluice.stream;

import dev.sluice.peer.OnVirtualThread;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is promised to a consumer on a platform thread holds on a virtual thread, too: the same tests once more. */
@ExtendWith(OnVirtualThread.class)
class OnVirtualThreadsTest {
    @Nested
    class Streaming extends MessageStreamTest {}

    @Nested
    class Ending extends StreamEndsTest {}

    @Nested
    class Cancelling extends CancelTest {}

    @Nested
    class Racing extends RacesTest {}

    @Nested
    class Silent extends SilenceTest {}

    @Nested
    class Late extends TimeLimitsTest {}

    @Nested
    class Faulty extends FaultMatrixTest {}

    @Nested
    class Cut extends CutBodiesTest {}

    @Nested
    class TriedAgain extends RetriesTest {}

    @Nested
    class GoneOn extends ContinuedStreamTest {}

    @Nested
    class Recorded extends SeededTranscriptsTest {}

    @Nested
    class Forgotten extends LeaksTest {}
}
