package dev.sluice.telemetry;

/**
 * Which generation of OpenTelemetry's names for generative AI the meters have. A registry should have one of them: a dashboard that
 * adds both counts everything twice.
 */
public enum GenAiConventions {
    /**
     * Version 1.41 of the conventions, the last that was released together with all others: {@code gen_ai.client.token.usage}. What it
     * has no name for begins with {@code sluice}.
     */
    V1_41,

    /**
     * The conventions' own repository, which has no release yet: {@code gen_ai.client.inference.usage.*}, {@code
     * gen_ai.invoke_agent.duration}, {@code gen_ai.execute_tool.duration}. Names may change there, and then here.
     */
    DEVELOPMENT
}
