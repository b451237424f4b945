package dev.sluice.internal.json;

import java.util.List;
import java.util.stream.Collectors;

/** Says in one line what does not fit a schema, for a model that shall correct it or a person who reads the exception. */
public final class SchemaProblems {
    /** How many problems are named; a model will correct these first. */
    private static final int MOST = 5;

    private static final int LONGEST = 400;

    private SchemaProblems() {}

    /** The first problems, each shortened. */
    public static String describe(List<String> problems) {
        String first = problems.stream()
                .limit(MOST)
                .map(problem -> problem.length() > LONGEST ? problem.substring(0, LONGEST) + "…" : problem)
                .collect(Collectors.joining("; "));
        return problems.size() > MOST ? first + "; and more" : first;
    }
}
