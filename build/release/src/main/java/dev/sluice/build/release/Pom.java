package dev.sluice.build.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A POM as it is written, without what it inherits. */
record Pom(Path file, Element root) {

    /** Reads a file. */
    static Pom read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var documents = DocumentBuilderFactory.newInstance();
            documents.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return new Pom(file, documents.newDocumentBuilder().parse(in).getDocumentElement());
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException(file + " is no XML: " + e.getMessage(), e);
        }
    }

    String artifactId() {
        return text("artifactId").orElse("");
    }

    /** Its own, or its parent's. */
    String groupId() {
        return text("groupId").or(() -> text("parent/groupId")).orElse("");
    }

    /** Its own, or its parent's. */
    String version() {
        return text("version").or(() -> text("parent/version")).orElse("");
    }

    String packaging() {
        return text("packaging").orElse("jar");
    }

    /** The text at a path such as {@code scm/url}, if there is one and it is not blank. */
    Optional<String> text(String path) {
        return all(path)
                .map(Element::getTextContent)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    /** The elements at a path. */
    Stream<Element> all(String path) {
        Stream<Element> found = Stream.of(root);
        for (String name : path.split("/")) {
            found = found.flatMap(element -> children(element, name).stream());
        }
        return found;
    }

    /** The elements of a name directly below another. */
    static List<Element> children(Element element, String name) {
        var nodes = element.getChildNodes();
        return IntStream.range(0, nodes.getLength())
                .<Node>mapToObj(nodes::item)
                .filter(node -> node instanceof Element && node.getNodeName().equals(name))
                .map(Element.class::cast)
                .toList();
    }
}
