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
    /** What the tool does and when to use it, for the model to read. */
    String value();

    /** What the model calls it; the method's name if empty. */
    String name() default "";
}
