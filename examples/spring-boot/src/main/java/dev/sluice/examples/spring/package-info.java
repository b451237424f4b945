/** A chat in Spring Boot: a page, a run with a tool for each question, metrics, and users who sign in. */
@org.jspecify.annotations.NullMarked
package dev.sluice.examples.spring;
