package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.sluice.internal.json.Json;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whatever a model writes, it is read; and what is JSON and what is not, it says as the JSON library does. */
class PartialJsonFuzzTest {
    private static final String SIGNS = "{}[]\",:\\ \n0123456789.eE+-truefalsnl/bu\u0000é\ud83d\ude00";

    @Test
    void agreesWithTheJsonLibraryOnRandomSigns() {
        LongStream.range(0, 1_500).forEach(seed -> {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(SIGNS.charAt(random.nextInt(SIGNS.length())));
            }
            assertAgreement(text.toString(), random);
        });
    }

    @Test
    void agreesWithTheJsonLibraryOnAnyCharacters() {
        LongStream.range(0, 1_000).forEach(seed -> {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (int i = random.nextInt(60); i >= 0; i--) {
                text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
            }
            assertAgreement(text.toString(), random);
        });
    }

    @Test
    void agreesWithTheJsonLibraryOnJsonWithAFault() {
        LongStream.range(0, 1_500).forEach(seed -> {
            var random = new Random(seed);
            var text = new StringBuilder(new RandomJson(seed).next());
            for (int faults = 1 + random.nextInt(2); faults > 0; faults--) {
                int at = random.nextInt(text.length() + 1);
                String sign = String.valueOf(SIGNS.charAt(random.nextInt(SIGNS.length())));
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, sign);
                    case 1 -> text.replace(at, Math.min(at + 1, text.length()), sign);
                    default -> text.delete(at, Math.min(at + 1 + random.nextInt(3), text.length()));
                }
            }
            assertAgreement(text.toString(), random);
        });
    }

    private static void assertAgreement(String text, Random random) {
        var json = random.nextBoolean() ? new PartialJson() : PartialJson.keepingOpenStrings();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(5));
            json.append(text.substring(at, end));
            assertThat(String.valueOf(json.value())).isNotNull();
            at = end;
        }
        boolean valid = isValid(text);
        boolean malformed = !valid && !canBecomeJson(text);
        if (json.isComplete() != valid || json.isMalformed() != malformed) {
            fail("complete %s, malformed %s: %s", json.isComplete(), json.isMalformed(), text);
        }
        if (valid && !Objects.equals(json.value(), Json.readAny(text))) {
            fail("%s of %s", json.value(), text);
        }
    }

    private static boolean isValid(String text) {
        try {
            Json.readAny(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether some text behind it makes it JSON: tries the few ways in which whatever is open can be closed. */
    private static boolean canBecomeJson(String text) {
        var open = new StringBuilder();
        boolean inString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inString) {
                i += c == '\\' ? 1 : 0;
                inString = c != '"';
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                open.append(c == '{' ? '}' : ']');
            } else if ((c == '}' || c == ']') && !open.isEmpty()) {
                open.setLength(open.length() - 1);
            }
        }
        String close = open.reverse().toString();
        String[] tokens = {
            "",
            "0",
            "\"\"",
            "\"\":0",
            ":0",
            "\"",
            "\":0",
            "n\"",
            "n\":0",
            "0000\"",
            "000\"",
            "00\"",
            "0\"",
            "0000\":0",
            "000\":0",
            "00\":0",
            "0\":0",
            "u0000\"",
            "rue",
            "ue",
            "e",
            "alse",
            "lse",
            "se",
            "ull",
            "ll",
            "l"
        };
        for (String token : tokens) {
            if (isValid(text + token + close)) {
                return true;
            }
        }
        return false;
    }
}
