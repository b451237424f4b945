/**
 * Reads and writes whole JSON texts with the JSON library, and generates the schema of a class. No part of the API.
 *
 * <p>Start with {@link dev.sluice.internal.json.Json}, then {@link dev.sluice.internal.json.ClassSchemaGenerator}. Threads: any.
 * Uses: no other room.
 */
@NullMarked
package dev.sluice.internal.json;

import org.jspecify.annotations.NullMarked;
