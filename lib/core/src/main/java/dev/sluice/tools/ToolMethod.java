package dev.sluice.tools;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A method that the model may call; see {@link Tool#methodsOf}. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ToolMethod {
    /** The tool's description for the model: what it does and when to use it. */
    String value();

    /** The tool's name for the model; the method's name if empty. */
    String name() default "";
}
