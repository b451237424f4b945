package dev.sluice.redis.kill;

import java.util.ArrayList;
import java.util.List;

/**
 * What a watcher sees of a kill, in nanoseconds.
 *
 * @param toNextEvent from the kill to the next event, which the killed node may have told before
 * @param longestPause the longest time without an event from the kill on, until the run's end or the next kill
 */
record Recovery(long toNextEvent, long longestPause) {
    /**
     * The recoveries of one run. A second kill before the next event counts with the first one.
     *
     * @param kills when they were, in order
     * @param told when the events came, in order
     */
    static List<Recovery> of(List<Long> kills, List<Long> told) {
        var recoveries = new ArrayList<Recovery>();
        int counted = -1;
        for (long kill : kills) {
            int next = (int) told.stream().filter(time -> time <= kill).count();
            if (next == told.size() || next == counted) {
                continue;
            }
            counted = next;
            long longest = told.get(next) - kill;
            for (int i = next + 1; i < told.size() && !isBetween(kills, told.get(i - 1), told.get(i)); i++) {
                longest = Math.max(longest, told.get(i) - told.get(i - 1));
            }
            recoveries.add(new Recovery(told.get(next) - kill, longest));
        }
        return recoveries;
    }

    private static boolean isBetween(List<Long> kills, long from, long to) {
        return kills.stream().anyMatch(kill -> from < kill && kill < to);
    }
}
