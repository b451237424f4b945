// Drives the server whose address is the argument with the real clients, and prints what they saw as one JSON object.
import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai';
import OpenAI from 'openai';

const base = process.argv[2];

/** What an application's page would know after `act` has used a chat of that scenario. */
async function chat(scenario, act) {
  const seen = { data: [], ends: [] };
  const chat = new Chat({
    id: `chat-${scenario}`,
    transport: new DefaultChatTransport({ api: `${base}/ui/${scenario}` }),
    onData: (part) => seen.data.push({ type: part.type, data: part.data }),
    onFinish: ({ isAbort, isDisconnect, isError, finishReason }) =>
      seen.ends.push({ isAbort, isDisconnect, isError, finishReason }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    onToolCall: () => { seen.askedToRunATool = true; },
  });
  const text = () =>
    chat.messages.flatMap((m) => (m.role === 'assistant' ? m.parts : [])).filter((p) => p.type === 'text').map((p) => p.text).join('');
  await act(chat, text);
  return { ...seen, status: chat.status, error: chat.error?.message, text: text(), messages: chat.messages };
}

const send = (chat) => chat.sendMessage({ text: 'How high is the Douro?' });

async function until(condition) {
  const limit = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > limit) throw new Error('waited for 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function openai(scenario) {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${base}/openai`, maxRetries: 0 });
  const seen = { roles: [], text: '', finish: null, usage: null, ids: [], error: null };
  try {
    const stream = await client.chat.completions.create({
      model: scenario,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'developer', content: 'Be brief' }, { role: 'user', content: 'How high is the Douro?' }],
    });
    for await (const chunk of stream) {
      const choice = chunk.choices[0];
      if (choice?.delta.role) seen.roles.push(choice.delta.role);
      if (choice?.delta.tool_calls) seen.toolCalls = true;
      seen.text += choice?.delta.content ?? '';
      seen.finish = choice?.finish_reason ?? seen.finish;
      seen.usage = chunk.usage ?? seen.usage;
      if (!seen.ids.includes(chunk.id)) seen.ids.push(chunk.id);
    }
  } catch (error) {
    seen.error = { name: error.constructor.name, message: error.message, code: error.code ?? null };
  }
  return seen;
}

/** The helper that folds the chunks itself, and checks more. */
async function openaiFolded(scenario) {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${base}/openai`, maxRetries: 0 });
  const completion = await client.chat.completions
    .stream({ model: scenario, messages: [{ role: 'user', content: 'Hi' }] })
    .finalChatCompletion();
  return completion.choices[0];
}

const seen = {
  tools: await chat('tools', send),
  twice: await chat('tools', async (c) => { await send(c); await c.sendMessage({ text: 'And now?' }); }),
  regenerated: await chat('tools', async (c) => { await send(c); await c.regenerate(); }),
  reset: await chat('reset', send),
  asking: await chat('approval', send),
  answered: await chat('approval', async (c, text) => {
    await send(c);
    await c.addToolApprovalResponse({ id: 's1-1', approved: true });
    await until(() => text().endsWith('Done.') && c.status === 'ready');
  }),
  refused: await chat('approval', async (c, text) => {
    await send(c);
    await c.addToolApprovalResponse({ id: 's1-1', approved: false, reason: 'too dear' });
    await until(() => text().endsWith('Done.') && c.status === 'ready');
  }),
  error: await chat('error', send),
  failure: await chat('failure', send),
  cancelled: await chat('cancelled', send),
  cut: await chat('cut', send),
  stopped: await chat('endless', async (c, text) => {
    const sent = send(c);
    await until(() => text().length > 0);
    await c.stop();
    await sent;
  }),
  resumed: await chat('running', (c) => c.resumeStream()),
  reconnected: await chat('cut', async (c) => { await send(c); await c.resumeStream(); }),
  nothingToResume: await chat('idle', (c) => c.resumeStream()),
  openai: await openai('tools'),
  openaiFolded: await openaiFolded('tools'),
  openaiReset: await openai('reset'),
  openaiError: await openai('error'),
  openaiFailure: await openai('failure'),
  openaiCancelled: await openai('cancelled'),
  openaiCut: await openai('cut'),
};
console.log(JSON.stringify(seen));
