package dev.sluice.relay.format;

import dev.sluice.relay.format.UiMessageFormat.Answers;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolApproval.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The answers to a run's questions, in the parts of the message that asked them. */
final class UiAnswers {
    private UiAnswers() {}

    static Optional<Answers> in(Fields body) {
        List<Fields> messages = body.each("messages");
        if (messages.isEmpty()) {
            return Optional.empty();
        }
        Object named = body.get("messageId");
        Fields last = messages.getLast();
        Fields message = messages.stream()
                .filter(each -> named != null && named.equals(each.get("id")))
                .findFirst()
                .orElse(last);
        if (!"assistant".equals(message.get("role")) || "regenerate-message".equals(body.get("trigger"))) {
            return Optional.empty();
        }
        var answers = new LinkedHashMap<String, Verdict>();
        for (Fields part : message.each("parts")) {
            if ("approval-responded".equals(part.get("state"))) {
                Fields approval = part.in("approval");
                answers.put(approval.name("id"), verdict(approval));
            }
        }
        return answers.isEmpty()
                ? Optional.empty()
                : Optional.of(new Answers(message.name("id"), place(message), Map.copyOf(answers)));
    }

    private static Verdict verdict(Fields approval) {
        if (!(approval.get("approved") instanceof Boolean approved)) {
            throw approval.wrong("approved", "must be true or false");
        }
        return approved
                ? ToolApproval.allow()
                : ToolApproval.deny(approval.textOr("reason", "the user did not allow it"));
    }

    /** Where the run waits, as far as the client knows. */
    private static long place(Fields message) {
        for (Fields part : message.each("parts")) {
            if ("data-run-parked".equals(part.get("type"))) {
                Fields data = part.in("data");
                if (data.get("eventId") instanceof Number id && id.longValue() > 0) {
                    return id.longValue();
                }
                throw data.wrong("eventId", "must be a number above 0");
            }
        }
        throw message.wrong(
                "parts",
                "there is no data-run-parked, so the message cannot go on where it stopped; resume the stream first");
    }
}
