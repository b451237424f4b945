package dev.sluice.json;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Filters the errors of a value that fits none of several schemas, for the one that was meant. A value that is not null
 * was not meant to be null. A value with the constant of one of them, as the {@code type} of a record, was not meant to
 * be another.
 */
final class AlternativeErrorFilter {
    /** Nobody reads more, and each place where there are alternatives looks at all of them. */
    private static final int MOST = 200;

    private AlternativeErrorFilter() {}

    /** Deeper, all errors are reported: checking each place again costs too much. */
    private static final int DEEPEST = 60;

    /** The errors, without those against what was not meant. Never none of them. */
    static List<Error> of(List<Error> errors) {
        var left = new ArrayList<>(errors.stream().limit(MOST).map(Told::of).toList());
        left.stream()
                .flatMap(error -> error.branches().keySet().stream())
                .distinct()
                .sorted(Comparator.comparingInt(Place::step).reversed()) // the innermost first
                .toList()
                .forEach(place -> choose(place, left));
        return left.stream().map(Told::error).toList();
    }

    private static void choose(Place place, List<Told> errors) {
        var meant = new HashSet<Integer>();
        var ruledOut = new HashSet<Integer>();
        for (Told told : errors) {
            Integer branch = told.branches().get(place);
            if (branch != null) {
                (place.rulesOut(told.error()) ? ruledOut : meant).add(branch);
            }
        }
        meant.removeAll(ruledOut);
        errors.removeIf(told -> {
            Integer branch = told.branches().get(place);
            return branch != null && (meant.isEmpty() ? !place.rulesOut(told.error()) : ruledOut.contains(branch));
        });
    }

    /**
     * Where a schema has alternatives.
     *
     * @param step how far it is from the schema's root
     * @param schema the way there
     * @param value the value that they are for
     * @param depth how deep in the input that is
     */
    private record Place(int step, String schema, String value, int depth) {
        boolean rulesOut(Error error) {
            int below = error.getInstanceLocation().getNameCount() - depth;
            return switch (error.getKeyword()) {
                case "const" -> below <= 1;
                case "type" -> below == 0 && error.getSchemaNode().asString("").equals("null");
                default -> false;
            };
        }
    }

    /** An error, and which of the alternatives it is about at each place on its way. */
    private record Told(Error error, Map<Place, Integer> branches) {
        static Told of(Error error) {
            NodePath path = error.getEvaluationPath();
            var branches = new HashMap<Place, Integer>();
            int depth = 0;
            for (int i = 0; i + 1 < path.getNameCount() && path.getNameCount() <= DEEPEST; i++) {
                switch (path.getName(i)) {
                    case "anyOf", "oneOf" -> {
                        if (path.getElement(i + 1) instanceof Integer branch) {
                            String value = start(error.getInstanceLocation(), depth);
                            branches.put(new Place(i, start(path, i), value, depth), branch);
                        }
                        i++;
                    }
                    case "properties", "patternProperties", "prefixItems" -> {
                        depth++;
                        i++;
                    }
                    case "items", "additionalProperties", "contains" -> depth++;
                    case "allOf", "dependentSchemas" -> i++;
                    default -> {} // goes on at the same value
                }
            }
            return new Told(error, branches);
        }
    }

    private static String start(NodePath path, int steps) {
        var start = new StringBuilder();
        for (int i = 0; i < Math.min(steps, path.getNameCount()); i++) {
            start.append('/').append(path.getName(i));
        }
        return start.toString();
    }
}
