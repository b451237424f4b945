package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Decoding.decode;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.Ping;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A compaction block is handed out once, whole. */
class CompactionBlockTest {
    private static final String MESSAGE = "{'type':'message_start','message':{'id':'m'}}";
    private static final String START =
            "{'type':'content_block_start','index':0,'content_block':{'type':'compaction','content':null,"
                    + "'encrypted_content':null}}";
    private static final String DELTA =
            "{'type':'content_block_delta','index':0,'delta':{'type':'compaction_delta','content':'So far',"
                    + "'encrypted_content':'c2VjcmV0'}}";
    private static final String STOP = "{'type':'content_block_stop','index':0}";
    private static final String END = "{'type':'message_stop'}";
    private static final String WHOLE =
            "{\"type\":\"compaction\",\"content\":\"So far\",\"encrypted_content\":\"c2VjcmV0\"}";

    @Test
    void itStartsWhenItIsWhole() {
        assertThat(decode(START, "{'type':'ping'}", DELTA, STOP))
                .containsExactly(
                        new Ping(),
                        new ContentBlockStart(0, new Unknown("compaction", WHOLE)),
                        new ContentBlockStop(0));
    }

    /** What ends a message without a word about the block is legal, as it is after any other block. */
    @ParameterizedTest
    @ValueSource(strings = {"{'type':'message_delta','delta':{'stop_reason':'compaction'}}", END})
    void itNeedsNoStop(String end) {
        assertThat(decode(START, DELTA, end))
                .first()
                .isEqualTo(new ContentBlockStart(0, new Unknown("compaction", WHOLE)));
    }

    @Test
    void aSecondOneIsABlockOfItsOwn() {
        List<StreamEvent> events = decode(START, DELTA, START.replace("0", "1"), STOP.replace("0", "1"));
        assertThat(events)
                .containsExactly(
                        new ContentBlockStart(0, new Unknown("compaction", WHOLE)),
                        new ContentBlockStart(
                                1,
                                new Unknown(
                                        "compaction",
                                        "{\"type\":\"compaction\",\"content\":null,\"encrypted_content\":null}")),
                        new ContentBlockStop(1));
    }

    @Test
    void otherBlocksMayGrowMeanwhile() {
        Message message = message(
                START,
                "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':''}}",
                "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'Hello'}}",
                DELTA,
                STOP,
                "{'type':'content_block_stop','index':1}");
        assertThat(message.content()).containsExactly(new Unknown("compaction", WHOLE), new Text("Hello"));
    }

    @Test
    void contentThatComesInPiecesIsJoinedAndOtherFieldsAreReplaced() {
        Message message = message(
                START,
                DELTA,
                "{'type':'content_block_delta','index':0,'delta':{'type':'compaction_delta','content':' and on',"
                        + "'encrypted_content':'bGFzdA'}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'compaction_delta','content':null,'new':[1]}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'signature_delta','signature':'s'}}",
                STOP);
        assertThat(json(message))
                .isEqualTo(Map.of(
                        "type",
                        "compaction",
                        "content",
                        "So far and on",
                        "encrypted_content",
                        "bGFzdA",
                        "new",
                        List.of(1),
                        "signature",
                        "s"));
    }

    @Test
    void aKnownDeltaThatDoesNotBelongThereIsKeptWithTheBlock() {
        String text = "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'Hello'%s}}";
        for (String field : List.of("", ",'new':1")) { // with the scanner, and without it
            assertThat(json(message(START, DELTA, text.formatted(field), STOP)))
                    .containsEntry("content", "So far")
                    .containsEntry("text", "Hello");
        }
    }

    @Test
    void thePauseAfterItIsAPause() {
        Message message = message(START, DELTA, STOP, "{'type':'message_delta','delta':{'stop_reason':'compaction'}}");
        assertThat(message.finishReason()).isEqualTo(FinishReason.PAUSE);
        assertThat(message.stopReason()).isEqualTo("compaction");
    }

    private static Map<String, Object> json(Message message) {
        return Json.readObject(((Unknown) message.content().getFirst()).json());
    }

    private static Message message(String... data) {
        String[] all = new String[data.length + 2];
        Arrays.setAll(all, i -> i == 0 ? MESSAGE : i <= data.length ? data[i - 1] : END);
        var answer = new ChunkAggregator();
        decode(all).forEach(answer::accept);
        assertThat(answer.isComplete()).isTrue();
        return answer.snapshot();
    }
}
