package dev.sluice.context;

import dev.sluice.internal.base.Throwables;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** Finds the carriers that are there without being named: ours, and those of services. */
final class DetectedCarriers {
    private DetectedCarriers() {}

    static ContextCarrier all() {
        var found = new ArrayList<ContextCarrier>();
        found.add(new MdcCarrier());
        try {
            found.add(new MicrometerCarrier());
        } catch (NoClassDefFoundError e) {
            // context-propagation is not on the class path
        } catch (Throwable e) { // another version of it
            warn(e);
        }
        Iterator<ContextCarrier> services =
                ServiceLoader.load(ContextCarrier.class).iterator();
        while (hasNext(services)) {
            add(found, services::next);
        }
        return new CarrierList(found);
    }

    private static boolean hasNext(Iterator<ContextCarrier> services) {
        try {
            return services.hasNext();
        } catch (Throwable e) { // a list of services that cannot be read
            warn(e);
            return false;
        }
    }

    private static void add(List<ContextCarrier> found, Supplier<ContextCarrier> carrier) {
        try {
            found.add(carrier.get());
        } catch (Throwable e) { // a class of somebody else's that cannot be loaded or made
            warn(e);
        }
    }

    private static void warn(Throwable e) {
        Throwables.warn(ContextCarrier.class, "A context carrier could not be loaded and is left out", e);
    }
}
