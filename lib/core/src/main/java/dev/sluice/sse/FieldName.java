package dev.sluice.sse;

/** The names of fields that mean something; matched on bytes, so that no line becomes a string. */
enum FieldName {
    DATA,
    EVENT,
    ID,
    RETRY,
    /** A name that the standard tells to ignore. */
    OTHER;

    static FieldName of(byte[] bytes, int from, int to) {
        return switch (to - from) {
            case 2 -> is("id", bytes, from) ? ID : OTHER;
            case 4 -> is("data", bytes, from) ? DATA : OTHER;
            case 5 -> is("event", bytes, from) ? EVENT : is("retry", bytes, from) ? RETRY : OTHER;
            default -> OTHER;
        };
    }

    private static boolean is(String name, byte[] bytes, int from) {
        for (int i = 0; i < name.length(); i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
