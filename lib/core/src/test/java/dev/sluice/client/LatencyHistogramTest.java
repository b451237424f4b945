package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.Ping;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    @Test
    void percentilesAreWithinAnEighthOfTheTrueOnes() {
        var random = new Random(7);
        for (int magnitude = 1; magnitude < 40; magnitude++) {
            var gaps = new LatencyHistogram();
            long[] values = random.longs(2000, 0, 1L << magnitude).toArray();
            for (long value : values) {
                gaps.add(value);
            }
            Arrays.sort(values);
            for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
                long exact = values[(int) Math.ceil(share * values.length) - 1];
                assertThat(gaps.percentile(share, values.length).toNanos()).isBetween(exact, exact + exact / 8 + 1);
            }
            assertThat(gaps.max().toNanos()).isEqualTo(values[values.length - 1]);
        }
    }

    @Test
    void withoutGapsEverythingIsZeroAndTimeThatWentBackCountsAsNone() {
        var gaps = new LatencyHistogram();
        assertThat(gaps.percentile(0.5, 0)).isZero();
        assertThat(gaps.max()).isZero();
        gaps.add(-5);
        assertThat(gaps.percentile(0.99, 1)).isZero();
        gaps.add(Long.MAX_VALUE);
        assertThat(gaps.max()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(gaps.percentile(1, 2)).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    }

    @Test
    void whatCameTogetherIsNoTimeApart() {
        var gaps = new LatencyHistogram();
        gaps.add(1000);
        assertThat(gaps.percentile(0.5, 3)).isZero();
        assertThat(gaps.percentile(0.67, 3).toNanos()).isBetween(1000L, 1125L);
        assertThat(gaps.percentile(1, 1).toNanos()).isBetween(1000L, 1125L);
    }

    @Test
    void theRecorderMeasuresWhereEventsArrive() {
        var time = new FakeTime();
        var recorder = new MetricsRecorder(time);
        time.advance(Duration.ofMillis(100));
        recorder.headersArrived();
        time.advance(Duration.ofMillis(50));
        recorder.received(0, time.nanos());
        recorder.received(new Ping());
        assertThat(recorder.metrics(0).timeToFirstEvent())
                .as("a ping is no first event")
                .isNull();
        time.advance(Duration.ofMillis(50));
        recorder.received(0, time.nanos());
        recorder.received(new MessageStart(Message.EMPTY));
        assertThat(recorder.metrics(0).timeToFirstToken()).contains(Duration.ofMillis(200));
        for (int i = 0; i < 11; i++) {
            time.advance(Duration.ofMillis(100));
            recorder.received(100, time.nanos());
            recorder.received(new ContentBlockDelta(0, new TextDelta("x")));
        }
        StreamMetrics metrics = recorder.metrics(20);
        assertThat(metrics.timeToHeaders()).isEqualTo(Duration.ofMillis(100));
        assertThat(metrics.timeToFirstEvent()).isEqualTo(Duration.ofMillis(200));
        assertThat(metrics.timeToFirstText()).isEqualTo(Duration.ofMillis(300));
        assertThat(metrics.duration()).isEqualTo(Duration.ofMillis(1300));
        assertThat(metrics.events()).isEqualTo(13);
        assertThat(metrics.bytes()).isEqualTo(1100);
        assertThat(metrics.gapMax()).isEqualTo(Duration.ofMillis(100));
        assertThat(metrics.gapP50()).isEqualTo(Duration.ofMillis(100));
        assertThat(metrics.tokensPerSecond()).isEqualTo(20.0);
    }
}
