package dev.sluice.provider.wire;

import java.net.URI;

/**
 * Where a project's models are on Google's Vertex AI.
 *
 * @param project the project's id
 * @param location such as {@code europe-west1}, or {@code global}, {@code us} or {@code eu}
 */
public record VertexLocation(String project, String location) {

    /** Checks that both can be part of an address. */
    public VertexLocation {
        BuilderChecks.pathSegment("project", project);
        BuilderChecks.hostLabel("location", location);
    }

    /** The scheme and the host. */
    public URI origin() {
        String host = switch (location) {
            case "global" -> "aiplatform.googleapis.com";
            case "us", "eu" -> "aiplatform." + location + ".rep.googleapis.com";
            default -> location + "-aiplatform.googleapis.com";
        };
        return URI.create("https://" + host);
    }

    /** The path of the project in its location, without a slash at either end. */
    public String path() {
        return "projects/" + project + "/locations/" + location;
    }

    /** The path of a publisher in the project, without a slash at either end. */
    public String publisher(String name) {
        return path() + "/publishers/" + name;
    }
}
