package dev.sluice.message;

import org.jspecify.annotations.Nullable;

/**
 * Where the model took a statement from.
 *
 * @param type the kind of source as the provider names it, an open set: {@code char_location}, {@code page_location},
 *     {@code web_search_result_location}, …
 * @param citedText the words of the source
 * @param title the source's title, if it has one
 * @param url the source's address, if it has one
 * @param json the whole citation as raw JSON text, with every position and index the provider gave
 */
public record Citation(
        String type,
        @Nullable String citedText,
        @Nullable String title,
        @Nullable String url,
        String json) {}
