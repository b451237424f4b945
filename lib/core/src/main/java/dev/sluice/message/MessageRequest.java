package dev.sluice.message;

import dev.sluice.internal.base.Checks;
import dev.sluice.internal.json.Json;
import dev.sluice.json.JsonSchema;
import dev.sluice.message.ContentBlock.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A request to a model: the model's name, the conversation so far, its tools, and the form of the answer. Immutable;
 * made by a {@link Builder}, which names the parameter when a value cannot be right. A setting that a provider or a
 * model does not support is rejected when the request is encoded for it.
 */
public final class MessageRequest {
    private final Builder set;

    private MessageRequest(Builder set) {
        this.set = set;
    }

    /** A request with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts with everything of this request. */
    public Builder toBuilder() {
        return new Builder(set);
    }

    /** The model that shall answer. */
    public String model() {
        return set.model;
    }

    /** The most tokens the answer may have, thinking included. */
    public OptionalInt maxTokens() {
        return set.maxTokens;
    }

    /** Instructions that stand before the conversation: text blocks. */
    public List<ContentBlock> system() {
        return set.system;
    }

    /** The conversation so far, oldest first. */
    public List<Message> messages() {
        return set.messages;
    }

    /** The tools the model may call. */
    public List<ToolDefinition> tools() {
        return set.tools;
    }

    /** Whether it must, may or must not call one. */
    public Optional<ToolChoice> toolChoice() {
        return set.toolChoice;
    }

    /** Whether and how far it thinks first. */
    public Optional<ThinkingMode> thinking() {
        return set.thinking;
    }

    /** How much effort it takes, in the provider's word: {@code low}, {@code medium}, {@code high}, … */
    public Optional<String> effort() {
        return set.effort;
    }

    /** The JSON Schema that the answer's text shall fit, as JSON text. */
    public Optional<String> outputSchema() {
        return set.outputSchema;
    }

    /** Texts that end the answer when the model writes them. */
    public List<String> stopSequences() {
        return set.stopSequences;
    }

    /** How random the answer is. */
    public OptionalDouble temperature() {
        return set.temperature;
    }

    /** The share of likely tokens to choose from. */
    public OptionalDouble topP() {
        return set.topP;
    }

    /** The number of likely tokens to choose from. */
    public OptionalInt topK() {
        return set.topK;
    }

    /** For how long the prompt up to its last cacheable block shall stay in the provider's cache. */
    public Optional<Duration> cacheFor() {
        return set.cacheFor;
    }

    /** An opaque id of the person on whose behalf this is asked. */
    public Optional<String> userId() {
        return set.userId;
    }

    /** The provider's class of service. */
    public Optional<String> serviceTier() {
        return set.serviceTier;
    }

    /** Further fields of the request's body, by name, each as raw JSON text. They win over what this library sets. */
    public Map<String, String> extra() {
        return set.extra;
    }

    /** Further headers of the request, by name. They win over what this library sets. */
    public Map<String, String> headers() {
        return set.headers;
    }

    /** Model and size; never the words of the conversation. */
    @Override
    public String toString() {
        return "MessageRequest[model=" + set.model + ", messages=" + set.messages.size() + ", tools=" + set.tools.size()
                + "]";
    }

    /** Collects a {@link MessageRequest}. Not for use by several threads. */
    public static final class Builder {
        private String model = "";
        private OptionalInt maxTokens = OptionalInt.empty();
        private List<ContentBlock> system = List.of();
        private List<Message> messages = List.of();
        private List<ToolDefinition> tools = List.of();
        private Optional<ToolChoice> toolChoice = Optional.empty();
        private Optional<ThinkingMode> thinking = Optional.empty();
        private Optional<String> effort = Optional.empty();
        private Optional<String> outputSchema = Optional.empty();
        private List<String> stopSequences = List.of();
        private OptionalDouble temperature = OptionalDouble.empty();
        private OptionalDouble topP = OptionalDouble.empty();
        private OptionalInt topK = OptionalInt.empty();
        private Optional<Duration> cacheFor = Optional.empty();
        private Optional<String> userId = Optional.empty();
        private Optional<String> serviceTier = Optional.empty();
        private Map<String, String> extra = Map.of();
        private Map<String, String> headers = Map.of();

        private Builder() {}

        private Builder(Builder from) {
            model = from.model;
            maxTokens = from.maxTokens;
            system = from.system;
            messages = from.messages;
            tools = from.tools;
            toolChoice = from.toolChoice;
            thinking = from.thinking;
            effort = from.effort;
            outputSchema = from.outputSchema;
            stopSequences = from.stopSequences;
            temperature = from.temperature;
            topP = from.topP;
            topK = from.topK;
            cacheFor = from.cacheFor;
            userId = from.userId;
            serviceTier = from.serviceTier;
            extra = from.extra;
            headers = from.headers;
        }

        /** The model that shall answer. Required. */
        public Builder model(String model) {
            this.model = Checks.notBlank("model", model);
            return this;
        }

        /** The most tokens the answer may have. Claude requires it; 0 only warms its prompt cache. */
        public Builder maxTokens(int maxTokens) {
            this.maxTokens = OptionalInt.of(Checks.atLeast("maxTokens", maxTokens, 0));
            return this;
        }

        /** Instructions that stand before the conversation; replaces earlier ones. */
        public Builder system(String text) {
            return system(List.of(new Text(RequestChecks.notBlank("system", text))));
        }

        /** Instructions in text blocks, so that one can be marked for the cache; replaces earlier ones. */
        public Builder system(List<Text> blocks) {
            system = List.copyOf(blocks);
            return this;
        }

        /** Appends what the caller says. */
        public Builder user(String text) {
            return message(Message.user(RequestChecks.notBlank("user", text)));
        }

        /** Appends what the caller says, in blocks: text, images, documents, tool results. */
        public Builder user(ContentBlock... content) {
            return message(Message.user(content));
        }

        /** Appends what the model said. As the last message it is the beginning of an answer to continue. */
        public Builder assistant(String text) {
            return message(Message.assistant(RequestChecks.notBlank("assistant", text)));
        }

        /** Appends a message: a turn of the caller's, or an answer received earlier. */
        public Builder message(Message message) {
            messages = append(messages, message);
            return this;
        }

        /** The whole conversation; replaces what was appended. */
        public Builder messages(List<Message> messages) {
            this.messages = List.copyOf(messages);
            return this;
        }

        /**
         * The conversation so far: its messages replace what was appended, its instructions, if it has any, replace
         * {@link #system}.
         *
         * @throws IllegalArgumentException if a tool call has no result, which every provider rejects; the message names it
         */
        public Builder conversation(Conversation conversation) {
            RequestChecks.allCallsAnswered("conversation", conversation);
            if (!conversation.system().isEmpty()) {
                system(conversation.system());
            }
            return messages(conversation.messages());
        }

        /** Appends a tool. Names are unique; a toolset has none. */
        public Builder tool(ToolDefinition tool) {
            if (!tool.name().isEmpty()
                    && tools.stream().anyMatch(known -> known.name().equals(tool.name()))) {
                throw new IllegalArgumentException("tool: there is one named '" + tool.name() + "' already");
            }
            tools = append(tools, tool);
            return this;
        }

        /** Whether the model must, may or must not call a tool. */
        public Builder toolChoice(ToolChoice choice) {
            toolChoice = Optional.of(choice);
            return this;
        }

        /** Whether and how far the model thinks first. */
        public Builder thinking(ThinkingMode mode) {
            thinking = Optional.of(mode);
            return this;
        }

        /** How much effort the model takes, in the provider's word. */
        public Builder effort(String effort) {
            this.effort = Optional.of(RequestChecks.notBlank("effort", effort));
            return this;
        }

        /** The JSON Schema that the answer's text shall fit, a JSON object as text. */
        public Builder outputSchema(String schema) {
            outputSchema = Optional.of(RequestChecks.jsonObject("outputSchema", schema));
            return this;
        }

        /**
         * The form of the answer's text: JSON that {@link Message#textAs} reads as this record or class. Sets
         * {@link #outputSchema} to {@link JsonSchema#of its schema}.
         *
         * @throws IllegalArgumentException if the class has no schema; the message names the component
         */
        public Builder output(Class<?> type) {
            return outputSchema(JsonSchema.of(type));
        }

        /** The same for a type with parameters, such as a list, or for a sealed interface of records. */
        public Builder output(JsonSchema.TypeToken<?> type) {
            return outputSchema(JsonSchema.of(type));
        }

        /** Texts that end the answer when the model writes them; replaces earlier ones. */
        public Builder stopSequences(String... sequences) {
            for (String sequence : sequences) {
                RequestChecks.notBlank("stopSequences", sequence);
            }
            stopSequences = List.of(sequences);
            return this;
        }

        /** How random the answer is, from 0. Newer models do not take it. */
        public Builder temperature(double temperature) {
            this.temperature = OptionalDouble.of(RequestChecks.within("temperature", temperature, 2));
            return this;
        }

        /** The share of likely tokens to choose from, 0 to 1. Newer models do not take it. */
        public Builder topP(double topP) {
            this.topP = OptionalDouble.of(RequestChecks.within("topP", topP, 1));
            return this;
        }

        /** The number of likely tokens to choose from. Newer models do not take it. */
        public Builder topK(int topK) {
            this.topK = OptionalInt.of(Checks.atLeast("topK", topK, 0));
            return this;
        }

        /** For how long the prompt shall stay in the provider's cache: Claude takes 5 minutes or 1 hour. */
        public Builder cacheFor(Duration duration) {
            if (!duration.isPositive()) {
                throw new IllegalArgumentException("cacheFor: " + duration + ", must be positive");
            }
            cacheFor = Optional.of(duration);
            return this;
        }

        /** An opaque id of the person on whose behalf this is asked; never a name or an address. */
        public Builder userId(String userId) {
            this.userId = Optional.of(RequestChecks.notBlank("userId", userId));
            return this;
        }

        /** The provider's class of service, such as Claude's {@code auto} or {@code standard_only}. */
        public Builder serviceTier(String tier) {
            serviceTier = Optional.of(RequestChecks.notBlank("serviceTier", tier));
            return this;
        }

        /**
         * Sets a field of the request's body that this library does not model, or overrides one that it does.
         *
         * @param name the field as the provider spells it
         * @param value anything that can be written as JSON: a map, a list, a record, a string, a number
         */
        public Builder put(String name, Object value) {
            extra = RawFields.with(extra, RequestChecks.notBlank("name", name), Json.write(value));
            return this;
        }

        /** Takes a field back that {@link #put} set. */
        public Builder remove(String name) {
            var fewer = new LinkedHashMap<>(extra);
            fewer.remove(name);
            extra = Collections.unmodifiableMap(fewer);
            return this;
        }

        /** Sets a header of the request, or overrides one that this library sets. */
        public Builder header(String name, String value) {
            RequestChecks.header(name, value);
            var all = new LinkedHashMap<>(headers);
            all.put(name, value);
            headers = Collections.unmodifiableMap(all);
            return this;
        }

        /** Takes back what is meant for one provider alone: {@link #put}, {@link #header}, {@link #serviceTier}. */
        public Builder portable() {
            extra = Map.of();
            headers = Map.of();
            serviceTier = Optional.empty();
            return this;
        }

        /**
         * The request.
         *
         * @throws IllegalStateException if it has no model or no message
         */
        public MessageRequest build() {
            if (model.isEmpty()) {
                throw new IllegalStateException("model: a request needs one");
            }
            if (messages.isEmpty()) {
                throw new IllegalStateException("messages: a request needs at least one");
            }
            return new MessageRequest(new Builder(this));
        }

        private static <T> List<T> append(List<T> list, T item) {
            var longer = new ArrayList<>(list);
            longer.add(item);
            return Collections.unmodifiableList(longer);
        }
    }
}
