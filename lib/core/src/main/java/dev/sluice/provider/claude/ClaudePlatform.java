package dev.sluice.provider.claude;

import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.provider.wire.VertexLocation;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where Claude is served: Anthropic's own API, or a cloud's. It knows the address and what differs on the wire; which credentials
 * a cloud takes is said at each. Immutable.
 */
public final class ClaudePlatform {
    static final ClaudePlatform ANTHROPIC = of("https://api.anthropic.com", Map.of());

    private final URI baseUrl;
    private final Map<String, String> headers;
    private final @Nullable VertexLocation vertex;

    private ClaudePlatform(URI baseUrl, Map<String, String> headers, @Nullable VertexLocation vertex) {
        this.baseUrl = baseUrl;
        this.headers = headers;
        this.vertex = vertex;
    }

    private static ClaudePlatform of(String baseUrl, Map<String, String> headers) {
        return new ClaudePlatform(URI.create(baseUrl), headers, null);
    }

    /**
     * Amazon Bedrock, by its endpoint that speaks Claude's own wire ("Mantle"). Models are named as in {@code
     * anthropic.claude-opus-5-5}. Takes a Bedrock API key as {@link Claude.Builder#authToken}, or signatures of version 4 for the
     * service {@code bedrock-mantle}: module {@code sluice-aws}.
     *
     * @param region such as {@code us-east-1}
     */
    public static ClaudePlatform bedrock(String region) {
        return of(
                "https://bedrock-mantle." + BuilderChecks.hostLabel("region", region) + ".api.aws/anthropic", Map.of());
    }

    /**
     * Claude Platform on AWS. Takes its API key as {@link Claude.Builder#authToken}, or signatures of version 4 for the service
     * {@code aws-external-anthropic}: module {@code sluice-aws}.
     *
     * @param region such as {@code us-east-1}
     * @param workspaceId the workspace, sent with each request as {@code anthropic-workspace-id}
     */
    public static ClaudePlatform aws(String region, String workspaceId) {
        return of(
                "https://aws-external-anthropic." + BuilderChecks.hostLabel("region", region) + ".api.aws",
                Map.of("anthropic-workspace-id", BuilderChecks.word("workspaceId", workspaceId)));
    }

    /**
     * Microsoft Foundry. A model is the name of a deployment. Takes the resource's key as {@link Claude.Builder#apiKey}, or a
     * token of Entra ID as {@link Claude.Builder#credentials}.
     *
     * @param resource the name of the resource
     */
    public static ClaudePlatform foundry(String resource) {
        return of(
                "https://" + BuilderChecks.hostLabel("resource", resource) + ".services.ai.azure.com/anthropic",
                Map.of());
    }

    /**
     * Google's Vertex AI. The model is part of the address there, and models cannot be listed. Takes tokens of Google's OAuth for
     * the scope {@code cloud-platform} as {@link Claude.Builder#credentials}: module {@code sluice-google}.
     *
     * @param project the project's id
     * @param location such as {@code europe-west1}, or {@code global}, {@code us} or {@code eu}
     */
    public static ClaudePlatform vertex(String project, String location) {
        var vertex = new VertexLocation(project, location);
        return new ClaudePlatform(vertex.origin(), Map.of(), vertex);
    }

    /**
     * Claude on Google Cloud, served by Anthropic. Takes tokens as {@link #vertex} does.
     *
     * @param project the project's id
     * @param workspace the workspace's id
     */
    public static ClaudePlatform googleCloud(String project, String workspace) {
        return of(
                "https://claude.googleapis.com/v1alpha/projects/" + BuilderChecks.pathSegment("project", project)
                        + "/locations/global/workspaces/" + BuilderChecks.pathSegment("workspace", workspace)
                        + "/invoke",
                Map.of());
    }

    URI baseUrl() {
        return baseUrl;
    }

    /** The part of each request that depends on its platform. */
    Map<String, String> headers() {
        return headers;
    }

    /** The version of the API unless the caller has set one. */
    String version() {
        return vertex == null ? "2023-06-01" : "vertex-2023-10-16";
    }

    /** Whether a request says in its body, rather than around it, which version it is of. */
    boolean versionInBody() {
        return vertex != null;
    }

    /** Whether the body of a request names the model, rather than the address. */
    boolean modelInBody(ClaudeEndpoint call) {
        return vertex == null || call == ClaudeEndpoint.COUNT;
    }

    boolean listsModels() {
        return vertex == null;
    }

    /** The address that a request goes to. */
    String address(URI base, ClaudeEndpoint call, String model) {
        if (vertex == null) {
            return base + "/v1/messages" + (call == ClaudeEndpoint.COUNT ? "/count_tokens" : "");
        }
        String models = base + "/v1/" + vertex.publisher("anthropic") + "/models/";
        return switch (call) {
            case STREAM -> models + BuilderChecks.pathSegment("model", model) + ":streamRawPredict";
            case WHOLE -> models + BuilderChecks.pathSegment("model", model) + ":rawPredict";
            case COUNT -> models + "count-tokens:rawPredict";
        };
    }

    /** The address; there is nothing secret here. */
    @Override
    public String toString() {
        return baseUrl.toString();
    }
}
