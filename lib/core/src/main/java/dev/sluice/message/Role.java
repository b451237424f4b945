package dev.sluice.message;

import java.util.Locale;

/** The speaker of a message. */
public enum Role {
    /** The person, or the program, that asks; tool results are sent in this role too. */
    USER,
    /** The model. */
    ASSISTANT,
    /** Instructions in the middle of a conversation; only some models take them. */
    SYSTEM;

    /** The role as providers spell it: the lower-case name. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
