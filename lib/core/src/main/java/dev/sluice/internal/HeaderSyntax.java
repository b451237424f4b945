package dev.sluice.internal;

/** Which characters HTTP allows in a header: RFC 9110, sections 5.1, 5.5 and 5.6.2. */
public final class HeaderSyntax {
    /** The characters of a name besides letters and digits. */
    private static final String MARKS = "!#$%&'*+-.^_`|~";

    private HeaderSyntax() {}

    /** Whether a text can be the name of a header, or a method. */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (MARKS.indexOf(c) < 0 && (c >= 0x80 || !Character.isLetterOrDigit(c))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether a text can be sent as the value of a header: printable ASCII, since clients write "?" for anything else. */
    public static boolean isSendable(String text) {
        return isVisible(text, 0x7e);
    }

    /** Whether a text may be received as the value of a header: older servers write Latin letters too. */
    public static boolean isReceivable(String text) {
        return isVisible(text, 0xff);
    }

    private static boolean isVisible(String text, int last) {
        return text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= last && c != 0x7f));
    }
}
