package dev.sluice.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.Session;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of a log write to it, and as whom. */
final class ResumeLogs {
    static final Session OWNER = new Session("owner");
    static final Session STRANGER = new Session("stranger");

    private ResumeLogs() {}

    static void append(ResumeLog.Writer writer, int events) {
        for (int i = 0; i < events; i++) {
            writer.append("message_delta", "{\"text\":\"é \\u0000 €\"}");
        }
    }

    static void refuses(Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RelayException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
