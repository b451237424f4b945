package dev.sluice.examples.server;

import java.util.Locale;
import java.util.regex.Pattern;

/** Everything the server has to say. */
final class Answers {
    static final String BEFORE_A_TOOL = "Let me look that up.";

    private static final String RIVERS = """
        A river begins as a disagreement between rain and a hill. Water takes the
        cheapest way down, picks up whatever it can carry, and puts it down again
        wherever it slows. So the fast upper reaches cut, the slow lower ones build,
        and over the centuries the bends wander across the plain like a rope laid
        down carelessly.

        What looks like a thing is really a rate. Stand on the bridge tomorrow and
        none of this water will be here, yet everyone will call it the same river.\
        """;

    private static final String SLUICES = """
        A sluice is a gate with an opinion about how much. Upstream the water may do
        as it likes; downstream gets what the gate lets through, no more and no
        sooner. Lower the gate and the mill pond rises, quietly keeping what nobody
        wants yet. Raise it and the wheel turns.

        Nothing is pumped and nothing is thrown away, which is why a plank in two
        grooves has been good enough engineering for centuries.\
        """;

    private static final String BACKPRESSURE = """
        Backpressure is how a slow reader tells a fast writer to wait.

        Between the two stands a queue with a fixed number of places. When it is
        full, the thread that fills it blocks. Because that thread no longer reads
        its socket, the kernel's buffer fills. Because the buffer is full, TCP tells
        the sender that there is no room. And so the sender blocks too, perhaps an
        ocean away. Nobody has sent a message that says "slow down": the silence is
        the message.

        The alternative is a queue without a bound, which works perfectly until the
        day the memory runs out.\
        """;

    private static final String HAIKU = """
        Rain fills the mill pond.
        The gate lifts by a hand's width:
        now the wheel has news.\
        """;

    private static final String JOURNEY = """
        High up, where the maps turn brown, the river is a wet patch in the grass.
        You could cover it with your coat. It has no name yet, and no plan; it only
        knows which way is down.

        Half a day below it has become a voice. Other wet patches have joined, and
        together they are a brook that talks without a pause, over stones, under
        roots, past a shed that somebody built where the noise would help them
        sleep. It is too quick to be deep and too cold to be crossed slowly.

        Then comes the first gate. A farmer dug a channel here once, and set two
        posts with a groove in each, and slid a plank between them. When the plank
        is up, the meadow drinks. When it is down, the brook goes on as if the
        meadow were none of its business. A child can work it, and the child of that
        child still does.

        Further on the valley opens and the brook, out of breath, becomes a river.
        It carries sand now instead of stones, and puts it down on the inside of
        every bend, and takes it back from the outside of the next, so that the
        whole course creeps sideways, a hand's width a year. The people here have
        learnt to build their walls a little away from it and to call that respect.

        At the mill the water is asked to wait. It spreads into a pond, goes still,
        and shows the sky its own face. Behind it the wheel stands. Then the miller
        lifts the gate by a hand, no more, and what was a weight becomes a motion:
        the wheel turns, the stones turn, and the flour comes down the chute as
        evenly as if time itself were being ground. He never takes more than the
        pond can give. That is the whole of his trade; the rest is dust.

        Below the last weir the tide comes up to meet it. Twice a day the river
        stops, leans back, and thinks it over; twice a day it goes after all. The
        banks are a long way off by now. There is salt in it, and weather, and
        ships. Nobody can say where it ends, only that after a while one is speaking
        of the sea.\
        """;

    private static final String HELLO = """
        Hello! I am a small server with a script, standing in for a model while
        there is no key. Ask me about rivers, sluices or backpressure, for a haiku,
        or for a long story.\
        """;

    private static final Answer[] ANSWERS = {
        new Answer("haiku|poem", HAIKU),
        new Answer("back-?\\s?pressure|slow (reader|consumer)", BACKPRESSURE),
        new Answer("long|story|essay|detail|journey", JOURNEY),
        new Answer("sluices?|gates?|locks?|weirs?|mills?", SLUICES),
        new Answer("rivers?|streams?|brooks?|water", RIVERS),
        new Answer("hello|hi|hey|good (morning|evening)|who are you", HELLO),
    };

    private Answers() {}

    /**
     * The answer to what the user said: the first one whose subject is mentioned; if there is none, what can be asked, which
     * is more for who has the mill gate's tools.
     */
    static String to(String prompt, boolean hasGate) {
        for (Answer answer : ANSWERS) {
            if (answer.subject.matcher(prompt.toLowerCase(Locale.ROOT)).find()) {
                return answer.words;
            }
        }
        return "You said: \"" + shortened(prompt) + "\". That is not in my script, which is a short one: rivers, "
                + "sluices, backpressure, a haiku, a long story"
                + (hasGate
                        ? "; whether a barge that draws 1.8 m can pass the mill gate, how deep its upper or lower pool"
                                + " is, what its log says, and sums such as 1.8 * 1.15"
                        : "")
                + ". With a provider's key set, the same program asks a model that knows more.";
    }

    /** The answer once a tool has been asked. */
    static String afterATool(String result) {
        return "I looked it up, and this is what came back: "
                + shortened(result).replaceFirst("\\.$", "") + ". Nothing in it gives cause for concern.";
    }

    /** What goes through the model's mind before that. */
    static String thoughts(String prompt) {
        return "They ask: \"" + shortened(prompt) + "\". One picture that stays is worth more here than a list of "
                + "facts. Begin with the picture, let one fact follow from it, and stop there.";
    }

    private static String shortened(String words) {
        String line = words.strip().replaceAll("\\s+", " ");
        return line.length() <= 120 ? line : line.substring(0, 117) + "...";
    }

    private record Answer(Pattern subject, String words) {
        Answer(String subject, String words) {
            this(Pattern.compile("\\b(" + subject + ")\\b"), words);
        }
    }
}
