package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.client.RecordedAnswers.Recorded;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.resilience.Resilience;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The law of failover in mid-answer. The first provider gives a recorded answer that breaks off anywhere, and the next one goes on with
 * another recorded answer. Then the message is all that the first one said, and all that the next one said after the last words:
 * nothing is lost, nothing is there twice. Or the answer cannot be gone on with. Then it fails with all that was said.
 *
 * <p>What must come is computed here from the recordings alone.
 */
@Timeout(60)
class FailoverLawTest {
    private static final List<Recorded> ALL = RecordedAnswers.all();
    private static final List<Recorded> WHOLE =
            ALL.stream().filter(Recorded::isWhole).toList();
    private static final MessageRequest REQUEST = FailoverFixture.REQUEST;
    private static final int CHAINS = 1000;

    /** One provider's half: a recorded answer, and how many of its events come. */
    private record Half(Recorded answer, int cut) {
        List<StreamEvent> events() {
            return answer.events().subList(0, cut);
        }

        boolean isWhole() {
            return answer.isWhole() && cut == answer.events().size();
        }
    }

    /** What must come: the words, the calls, whether it is complete, and which providers are asked. */
    private record Expected(String text, List<String> calls, boolean isComplete, int asked) {}

    @Test
    void everyAnswerBrokenAtEveryEventIsGoneOnWithOrFailsWithAllThatWasSaid() {
        int next = 0;
        int joined = 0;
        for (Recorded first : ALL) {
            for (int cut = 0; cut <= first.events().size(); cut++) {
                Recorded second = WHOLE.get(next++ % WHOLE.size());
                var halves = List.of(
                        new Half(first, cut), new Half(second, second.events().size()));
                joined += check(halves, false) > 1 ? 1 : 0;
            }
        }
        assertThat(next).isGreaterThan(800);
        assertThat(joined).isGreaterThan(next / 3);
    }

    @Test
    void aNextProviderThatDoesNotBeginWithTheLastWordsFailsWithAllThatWasSaid() {
        int astray = 0;
        for (Recorded first : ALL) {
            int cut = first.events().size() / 2;
            Recorded second = WHOLE.get(cut % WHOLE.size());
            astray += check(
                                    List.of(
                                            new Half(first, cut),
                                            new Half(second, second.events().size())),
                                    true)
                            > 1
                    ? 1
                    : 0;
        }
        assertThat(astray).isGreaterThan(5);
    }

    @Test
    void aThousandChainsOfUpToThreeProvidersKeepTheLaw() {
        int three = 0;
        for (int seed = 0; seed < CHAINS; seed++) {
            var random = new Random(seed);
            var halves = new ArrayList<Half>();
            int hops = 2 + random.nextInt(2);
            for (int i = 0; i < hops; i++) {
                Recorded answer = ALL.get(random.nextInt(ALL.size()));
                int cut = i == hops - 1 && random.nextBoolean()
                        ? answer.events().size()
                        : random.nextInt(answer.events().size() + 1);
                halves.add(new Half(answer, cut));
            }
            three += check(halves, false) == 3 ? 1 : 0;
        }
        assertThat(three).isGreaterThan(CHAINS / 20);
    }

    /** Returns how many providers were asked. */
    private static int check(List<Half> halves, boolean astray) {
        var providers = new ArrayList<ReplayedProvider>();
        var clients = new ArrayList<LlmClient>();
        for (Half half : halves) {
            var provider = new ReplayedProvider(half.answer.provider(), half.answer.events(), half.cut);
            provider.astray = astray;
            providers.add(provider);
            clients.add(LlmClient.builder(provider)
                    .transport(provider)
                    .model("model-" + providers.size())
                    .resilience(Resilience.none())
                    .build());
        }
        Expected expected = expected(halves, astray);
        var builder = Failover.builder(
                clients.getFirst(), clients.subList(1, clients.size()).toArray(LlmClient[]::new));
        try (var client = builder.midAnswer().build();
                var stream = client.stream(REQUEST)) {
            var came = ClientFixture.collect(stream);
            Message message = stream.snapshot();
            assertThat(came.failure() == null)
                    .as("%s: complete; %s", halves, came.failure())
                    .isEqualTo(expected.isComplete);
            assertThat(message.text()).as("%s: text", halves).isEqualTo(expected.text);
            assertThat(calls(message)).as("%s: calls", halves).isEqualTo(expected.calls);
            assertThat(providers.stream().filter(provider -> !provider.asked.isEmpty()))
                    .as("%s: asked", halves)
                    .hasSize(expected.asked);
            assertInOrder(came.events());
            if (came.failure() != null) {
                assertThat(((StreamException) came.failure()).partial()).isEqualTo(message);
            }
            assertParts(message, halves);
            assertPortable(message);
        }
        return expected.asked;
    }

    private static void assertInOrder(List<StreamEvent> events) {
        assertThat(events).filteredOn(MessageStart.class::isInstance).hasSizeLessThanOrEqualTo(1);
        Set<Integer> started = new HashSet<>();
        Set<Integer> stopped = new HashSet<>();
        for (StreamEvent event : events) {
            if (event instanceof ContentBlockStart start) {
                assertThat(started.add(start.index())).isTrue();
            } else if (event instanceof ContentBlockStop stop) {
                assertThat(stopped.add(stop.index())).isTrue();
            }
        }
    }

    /** Each part begins where the one before ends. */
    private static void assertParts(Message message, List<Half> halves) {
        List<Message.Part> parts = message.parts();
        for (int i = 1; i < parts.size(); i++) {
            Message.Part part = parts.get(i);
            assertThat(part.block())
                    .as("%s", halves)
                    .isBetween(parts.get(i - 1).block(), message.content().size() - 1);
            if (part.offset() > 0) {
                assertThat(message.content().get(part.block()))
                        .isInstanceOfSatisfying(
                                Text.class, text -> assertThat(text.text()).hasSizeGreaterThanOrEqualTo(part.offset()));
            }
        }
    }

    /** Nobody gets what another one has signed. */
    private static void assertPortable(Message message) {
        List<String> providers =
                message.parts().stream().map(Message.Part::provider).distinct().toList();
        for (String provider : providers) {
            if (providers.size() > 1) {
                for (Message sent : dev.sluice.provider.wire.ForeignHistory.of(List.of(message), provider)) {
                    assertThat(sent.content()).allMatch(block -> block instanceof Text || block instanceof ToolUse);
                    assertThat(sent.extra()).isEmpty();
                }
            }
        }
    }

    // What must come.

    private static Expected expected(List<Half> halves, boolean astray) {
        List<ContentBlock> blocks = new ArrayList<>();
        List<String> calls = new ArrayList<>();
        Set<String> makers = new HashSet<>();
        var text = new StringBuilder();
        int asked = 0;
        for (Half half : halves) {
            Message own = message(half.events());
            String said = blocks.isEmpty() ? "" : said(blocks, makers, half.answer.provider());
            if (said == null) {
                continue; // it cannot be asked
            }
            asked++;
            List<ContentBlock> added = own.content().stream()
                    .dropWhile(block -> !blocks.isEmpty() && ReplayedProvider.isThinking(block))
                    .toList();
            if (!said.isEmpty() && half.isWhole() && (astray || added.isEmpty())) {
                break; // it has not begun with the last words
            }
            if (added.stream().anyMatch(FailoverLawTest::isContent)) {
                text.append(own.text().substring(repeatedSpace(text, own.text())));
                calls.addAll(calls(own));
                blocks.addAll(added);
                makers.add(half.answer.provider());
                if (!half.isWhole() && !canGoOn(half)) {
                    break;
                }
            }
            if (half.isWhole()) {
                return new Expected(text.toString(), calls, true, asked);
            }
        }
        return new Expected(text.toString(), calls, false, asked);
    }

    private static boolean isContent(ContentBlock block) {
        return !(block instanceof Text text && text.text().isEmpty())
                && !(block instanceof Thinking thinking && thinking.thinking().isEmpty());
    }

    private static Message message(List<StreamEvent> events) {
        var aggregator = new ChunkAggregator();
        events.forEach(aggregator::accept);
        return aggregator.snapshot();
    }

    private static List<String> calls(Message message) {
        return message.content().stream()
                .filter(ToolUse.class::isInstance)
                .map(call -> ((ToolUse) call).name() + ((ToolUse) call).input())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** Whether the half is cut where its maker's rules let another one go on: in a text, or between two blocks. */
    private static boolean canGoOn(Half half) {
        Message own = message(half.events());
        Set<Integer> open = new HashSet<>();
        Set<String> waiting = new HashSet<>();
        int last = -1;
        for (StreamEvent event : half.events()) {
            if (event instanceof ContentBlockStart start) {
                open.add(start.index());
                last = Math.max(last, start.index());
                if (start.block() instanceof ServerToolUse use) {
                    waiting.add(use.id());
                } else if (start.block() instanceof ServerToolResult result) {
                    waiting.remove(result.toolUseId());
                }
            } else if (event instanceof ContentBlockStop stop) {
                open.remove(stop.index());
            }
        }
        return own.finishReason() == FinishReason.UNKNOWN
                && own.stopReason() == null
                && own.content().stream().noneMatch(ToolUse.class::isInstance)
                && waiting.isEmpty()
                && (open.isEmpty()
                        || (open.equals(Set.of(last)) && own.content().getLast() instanceof Text));
    }

    /** The words that the next provider must begin with; empty if there are none, null if there must be some. */
    private static String said(List<ContentBlock> blocks, Set<String> makers, String next) {
        boolean own = makers.equals(Set.of(next));
        var said = new StringBuilder();
        for (ContentBlock block : own ? blocks.reversed() : blocks) {
            if (block instanceof Text text) {
                said.insert(own ? 0 : said.length(), text.text());
            } else if (own) {
                break;
            }
        }
        String words = said.toString().strip();
        boolean onlyThought = blocks.stream()
                .allMatch(block -> ReplayedProvider.isThinking(block)
                        || (block instanceof Text text && text.text().isBlank()));
        return words.isEmpty() && own && !onlyThought ? null : words;
    }

    /** White space at the cut that the next provider may repeat. */
    private static int repeatedSpace(CharSequence before, String rest) {
        int end = before.length();
        int from = end;
        while (from > 0 && Character.isWhitespace(before.charAt(from - 1))) {
            from--;
        }
        int repeated = 0;
        while (from + repeated < end
                && repeated < rest.length()
                && before.charAt(from + repeated) == rest.charAt(repeated)) {
            repeated++;
        }
        return repeated;
    }
}
