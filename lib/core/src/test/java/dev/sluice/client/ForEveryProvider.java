package dev.sluice.client;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A class of tests that run once for each {@link Wire}, and never ask which one it is. */
@ParameterizedClass
@MethodSource("dev.sluice.client.Wires#all")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface ForEveryProvider {}
