package dev.sluice.tools;

import dev.sluice.message.ContentBlock.ToolUse;
import java.util.Optional;

/** Corrects the invalid input of a call before the model sees the error. */
@FunctionalInterface
public interface InputRepair {

    /**
     * Looks at a call whose input is cut, is no JSON, or does not fit the tool's schema. Runs on the call's own thread.
     *
     * @param call the call
     * @param problem what is wrong
     * @return an input that fits, as JSON text; empty to report the error to the model. An input that does not fit
     *     either is not mended again
     * @throws Exception if it cannot be mended; as if nothing was returned
     */
    Optional<String> repair(ToolUse call, String problem) throws Exception;
}
