// Reads answers with the vendors' own clients, and prints what each came to in words that all wires share:
//   node clients.mjs http://localhost:1234 claude:claude-text openai:openai/openai-text …
// The answer of an argument `wire:name` is asked for below the address `/name`.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const question = 'How high is the tide?';

/** What is empty or null is left out, so that it does not matter how a client says that there is nothing. */
function some(fields) {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '' && value.length !== 0),
  );
}

/** The input of a call: the value, or the text that is no JSON. */
function input(text) {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return text;
  }
}

const call = (id, name, args) => ({ type: 'tool_use', id, name, input: args });

async function claude(baseURL) {
  const client = new Anthropic({ apiKey: 'none', baseURL, maxRetries: 0 });
  const message = await client.beta.messages
    .stream({ model: 'm', max_tokens: 100, messages: [{ role: 'user', content: question }] })
    .finalMessage();
  const usage = message.usage;
  return {
    id: message.id,
    model: message.model,
    stop: message.stop_reason,
    blocks: message.content.map((block) => some(block)),
    prompt: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    answer: usage.output_tokens,
  };
}

async function openai(baseURL) {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${baseURL}/v1`, maxRetries: 0 });
  const completion = await client.chat.completions
    .stream({ model: 'm', stream_options: { include_usage: true }, messages: [{ role: 'user', content: question }] })
    .finalChatCompletion();
  const { message, finish_reason } = completion.choices[0];
  const calls = message.tool_calls ?? (message.function_call ? [{ function: message.function_call }] : []);
  return {
    id: completion.id,
    model: completion.model,
    stop: finish_reason,
    blocks: [
      { type: 'thinking', thinking: message.reasoning_content ?? message.reasoning },
      { type: 'text', text: message.content, citations: message.annotations },
      { type: 'text', text: message.refusal },
      ...calls.map(({ id, function: { name, arguments: args } }) => call(id, name, input(args))),
    ].map(some).filter((block) => Object.keys(block).length > 1),
    prompt: completion.usage?.prompt_tokens ?? 0,
    answer: completion.usage?.completion_tokens ?? 0,
  };
}

async function responses(baseURL) {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${baseURL}/v1`, maxRetries: 0 });
  const response = await client.responses.stream({ model: 'm', input: question }).finalResponse();
  return {
    id: response.id,
    model: response.model,
    stop: response.incomplete_details?.reason ?? response.status,
    blocks: response.output.flatMap(item).map(some),
    prompt: response.usage?.input_tokens ?? 0,
    answer: response.usage?.output_tokens ?? 0,
  };
}

function item(item) {
  switch (item.type) {
    case 'message':
      return item.content.map((part) => ({
        type: 'text',
        text: part.text ?? part.refusal,
        citations: part.annotations,
      }));
    case 'reasoning':
      return {
        type: 'thinking',
        thinking: [...(item.summary ?? []), ...(item.content ?? [])].map((part) => part.text).join('\n\n'),
        signature: item.encrypted_content,
      };
    case 'function_call':
      return call(item.call_id, item.name, input(item.arguments));
    case 'web_search_call':
      return [
        { type: 'server_tool_use', id: item.id, name: 'web_search', input: item.action },
        { type: item.type, tool_use_id: item.id, content: item },
      ];
    default:
      return item;
  }
}

async function gemini(baseUrl) {
  const client = new GoogleGenAI({ apiKey: 'none', vertexai: false, httpOptions: { baseUrl } });
  const chat = client.chats.create({ model: 'm' });
  let last;
  const usage = {};
  for await (const chunk of await chat.sendMessageStream({ message: question })) {
    last = chunk;
    Object.assign(usage, chunk.usageMetadata);
  }
  const parts = chat.getHistory().filter(({ role }) => role === 'model').flatMap(({ parts }) => parts);
  return {
    id: last.responseId,
    model: last.modelVersion,
    stop: last.candidates?.[0]?.finishReason,
    blocks: blocks(parts),
    prompt: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    answer: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
  };
}

/** The client keeps the pieces of a text as they came. */
function blocks(parts) {
  const blocks = [];
  for (const { text, thought, functionCall, thoughtSignature: signature } of parts) {
    const field = thought ? 'thinking' : 'text';
    const before = blocks.at(-1);
    if (functionCall) {
      blocks.push({ ...call(functionCall.id, functionCall.name, functionCall.args ?? {}), signature });
    } else if (before?.type === field && !before.signature) {
      before[field] += text;
      before.signature = signature;
    } else if (text || signature) {
      blocks.push({ type: field, [field]: text, signature });
    }
  }
  return blocks.map(some);
}

/** The client hands out events only; that it read them is all it can be asked. */
async function interactions(baseUrl) {
  const client = new GoogleGenAI({ apiKey: 'none', vertexai: false, httpOptions: { baseUrl } });
  const steps = [];
  let interaction = {};
  for await (const event of await client.interactions.create({ model: 'm', input: question, stream: true })) {
    switch (event.event_type) {
      case 'error':
        throw new Error(event.error?.message);
      case 'interaction.created':
      case 'interaction.completed':
        interaction = { ...interaction, ...event.interaction };
        break;
      case 'step.start':
        steps[event.index] = { text: '', json: '', citations: [], ...event.step };
        break;
      case 'step.delta':
        grow(steps[event.index], event.delta);
        break;
    }
  }
  const usage = interaction.usage ?? {};
  return {
    id: interaction.id,
    model: interaction.model,
    stop: interaction.status,
    blocks: steps.map(step).map(some),
    prompt: (usage.total_input_tokens ?? 0) + (usage.total_tool_use_tokens ?? 0),
    answer: (usage.total_output_tokens ?? 0) + (usage.total_thought_tokens ?? 0),
  };
}

function grow(step, delta) {
  switch (delta.type) {
    case 'text':
      step.text += delta.text;
      break;
    case 'thought_summary':
      step.text += delta.content.text;
      break;
    case 'thought_signature':
      step.signature = delta.signature;
      break;
    case 'arguments_delta':
      step.json += delta.arguments;
      break;
    case 'text_annotation_delta':
      step.citations.push(...delta.annotations);
      break;
    default:
      Object.assign(step, delta, { type: step.type });
  }
}

function step({ type, text, json, citations, id, name, signature, arguments: args, call_id, result, ...rest }) {
  if (type === 'thought') return { type: 'thinking', thinking: text, signature };
  if (type === 'model_output') return { type: 'text', text, citations };
  if (type === 'function_call') return call(id, name, json ? input(json) : args);
  if (type.endsWith('_call')) return { type: 'server_tool_use', id, name: type.slice(0, -5), input: args, signature };
  return { type, tool_use_id: call_id, content: result, ...rest, signature };
}

const clients = { claude, gemini, interactions, openai, responses };
const [base, ...asked] = process.argv.slice(2);
const seen = {};
for (const each of asked) {
  const [wire, name] = each.split(':');
  try {
    seen[name] = await clients[wire](`${base}/${name}`);
  } catch (error) {
    seen[name] = { error: error.message };
  }
}
console.log(JSON.stringify(seen, null, 1));
