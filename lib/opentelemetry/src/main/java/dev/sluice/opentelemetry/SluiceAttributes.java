package dev.sluice.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;

/** What the conventions have no name for. */
final class SluiceAttributes {
    /** How an operation ended: {@code completed}, {@code cancelled}, {@code limit}, or the name of the exception's class. */
    static final AttributeKey<String> END = AttributeKey.stringKey("sluice.end");

    static final AttributeKey<Long> TURNS = AttributeKey.longKey("sluice.run.turns");
    static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("sluice.attempt");
    static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("sluice.request.id");
    static final AttributeKey<Double> SINCE_START = AttributeKey.doubleKey("sluice.since_start");
    static final AttributeKey<Long> RETRY = AttributeKey.longKey("sluice.retry");
    static final AttributeKey<Double> RETRY_DELAY = AttributeKey.doubleKey("sluice.retry.delay");
    static final AttributeKey<Long> RESUME = AttributeKey.longKey("sluice.resume");
    static final AttributeKey<Long> CONTINUATION = AttributeKey.longKey("sluice.continuation");
    static final AttributeKey<Boolean> WATCH_RESUMED = AttributeKey.booleanKey("sluice.watch.resumed");

    private SluiceAttributes() {}
}
