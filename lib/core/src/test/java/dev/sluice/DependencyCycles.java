package dev.sluice;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds classes of one package that depend on each other in a circle of more than two. Nested classes count as their outermost
 * class, except builders, which know everything that they build. A sealed family may know itself, and an interface what it makes:
 * those who implement it.
 */
final class DependencyCycles {
    private final Map<String, Set<String>> uses = new TreeMap<>();

    private DependencyCycles() {}

    /** The knots: each a set of the names of classes that all reach each other. */
    static List<Set<String>> in(JavaClasses all, String room) {
        var knots = new DependencyCycles();
        all.stream()
                .filter(type -> type.getPackageName().equals(room) && !isBuilder(type))
                .forEach(knots::add);
        return knots.find();
    }

    private void add(JavaClass type) {
        Set<String> used = uses.computeIfAbsent(name(type), name -> new TreeSet<>());
        type.getDirectDependenciesFromSelf().stream()
                .map(Dependency::getTargetClass)
                .map(JavaClass::getBaseComponentType)
                .filter(target -> target.getPackageName().equals(type.getPackageName()))
                .filter(target -> !isBuilder(target) && !name(target).equals(name(type)))
                .filter(target -> !isFamily(type, target) && !isMade(type, target))
                .forEach(target -> used.add(name(target)));
    }

    private List<Set<String>> find() {
        Map<String, Set<String>> reachable =
                uses.keySet().stream().collect(Collectors.toMap(name -> name, this::reachableFrom));
        return reachable.keySet().stream()
                .map(name -> reachable.get(name).stream()
                        .filter(other -> reachable.getOrDefault(other, Set.of()).contains(name))
                        .collect(Collectors.toCollection(TreeSet::new)))
                .filter(knot -> knot.size() > 2)
                .<Set<String>>map(knot -> knot)
                .distinct()
                .toList();
    }

    private Set<String> reachableFrom(String start) {
        var seen = new HashSet<String>();
        var left = new ArrayDeque<>(uses.getOrDefault(start, Set.of()));
        while (!left.isEmpty()) {
            String next = left.poll();
            if (seen.add(next)) {
                left.addAll(uses.getOrDefault(next, Set.of()));
            }
        }
        return seen;
    }

    private static boolean isBuilder(JavaClass type) {
        return type.getName().contains("$Builder");
    }

    private static boolean isFamily(JavaClass type, JavaClass target) {
        Class<?> one = type.reflect();
        Class<?> other = target.reflect();
        return (one.isSealed() && one.isAssignableFrom(other)) || (other.isSealed() && other.isAssignableFrom(one));
    }

    private static boolean isMade(JavaClass type, JavaClass target) {
        return type.isInterface() && !target.isInterface() && type.reflect().isAssignableFrom(target.reflect());
    }

    private static String name(JavaClass type) {
        String name = type.getName();
        int nested = name.indexOf('$');
        String outer = nested < 0 ? name : name.substring(0, nested);
        return outer.substring(outer.lastIndexOf('.') + 1);
    }
}
