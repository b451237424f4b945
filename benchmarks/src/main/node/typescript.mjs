// Rows of the comparison for Anthropic's TypeScript SDK. Each is the twin of the Java class it is named like: the same
// arguments, the same rounds, the same lines of name=value.
import Anthropic from '@anthropic-ai/sdk';
import { readFileSync } from 'node:fs';
import { createHistogram } from 'node:perf_hooks';
import { setImmediate as aTurn, setTimeout as sleep } from 'node:timers/promises';

const REQUEST = {
  model: 'claude-sonnet-5',
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Tell me about rivers' }],
};
const WARM_UP_EVENTS = 200_000;
const OPENED_PER_SECOND = 2_000;
const LONGEST = 600e9;

/** Nanoseconds of the clock that is System.nanoTime on Linux, so that another process's times compare. */
const nanoTime = () => Number(process.hrtime.bigint());
const cpuNanos = () => {
  const { user, system } = process.cpuUsage();
  return 1e3 * (user + system);
};
const print = (name, value) => console.log(`${name}=${value}`);

/** Asks, and consumes the answer to its end; the sink gets each text and each fragment of a tool's input. */
function opener(name, baseURL) {
  const client = new Anthropic({ apiKey: 'none', baseURL });
  const whole = name === 'TYPESCRIPT_FINAL';
  return async (sink) => {
    const events = whole ? client.messages.stream(REQUEST) : await client.messages.create({ ...REQUEST, stream: true });
    for await (const event of events) {
      if (event.type === 'content_block_delta') {
        if (event.delta.type === 'text_delta') {
          sink(event.delta.text);
        } else if (event.delta.type === 'input_json_delta') {
          sink(event.delta.partial_json);
        }
      }
    }
    if (whole && (await events.finalMessage()).content.length === 0) {
      throw new Error('no content');
    }
  };
}

async function streamRow(name, url, count, warmUp, rounds, seconds) {
  const stream = opener(name, url);
  const events = Number(count);

  async function round(length, atLeast) {
    const cpu = cpuNanos();
    const start = nanoTime();
    let streamed = 0;
    do {
      let texts = 0;
      let characters = 0;
      await stream((text) => {
        texts++;
        characters += text.length;
      });
      if (texts < events || characters < 8 * events) {
        throw new Error(`${texts} events with ${characters} characters`);
      }
      streamed += events;
    } while (nanoTime() < start + length * 1e9 || streamed < atLeast);
    const wall = nanoTime() - start;
    return { events: streamed / (wall / 1e9), cpu: (cpuNanos() - cpu) / streamed };
  }

  await round(Number(warmUp), WARM_UP_EVENTS);
  const measured = [];
  for (let i = 0; i < Number(rounds); i++) {
    measured.push(await round(Number(seconds), 0));
  }
  for (const figure of ['events', 'cpu']) {
    print(figure, median(measured.map((one) => one[figure])));
  }
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function firstTextRow(name, url, count) {
  const stream = opener(name, url);

  async function run(streams) {
    const times = createHistogram();
    for (let i = 0; i < streams; i++) {
      let first = 0;
      const start = nanoTime();
      await stream(() => {
        first ||= nanoTime();
      });
      times.record(first - start);
    }
    return times;
  }

  await run(4 * Number(count)); // as FirstTextRow does
  const times = await run(Number(count));
  print('p50', times.percentile(50) / 1e6);
  print('p99', times.percentile(99) / 1e6);
}

async function concurrencyRow(name, server, streams, perSecond, settle, measure) {
  const warm = opener(name, `${server}/tiny-200`);
  for (let i = 0; i < 100; i++) {
    await warm(() => {});
  }

  const stream = opener(name, `${server}/paced-${perSecond}`);
  const latency = createHistogram();
  const opened = new Set();
  const served = new Set();
  let failed = 0;
  let measuring = false;
  const listen = (id) =>
    stream((text) => {
      const late = nanoTime() - sentAt(text);
      opened.add(id);
      if (measuring && !Number.isNaN(late)) {
        latency.record(Math.min(Math.max(late, 1), LONGEST));
        served.add(id);
      }
    }).catch((error) => {
      if (failed++ === 0) {
        console.error(`A stream failed: ${error}`);
      }
    });

  const heapBefore = await liveHeap();
  const rssBefore = rss();
  const start = nanoTime();
  for (let id = 0; id < streams; id++) {
    listen(id);
    await sleepUntil(start + (1e9 * id) / OPENED_PER_SECOND);
  }
  for (let i = 0; i < 3 * settle && opened.size < streams; i++) {
    await sleep(1_000);
  }
  await sleep(1_000 * settle);

  const cpu = cpuNanos();
  const from = nanoTime();
  measuring = true;
  await sleepUntil(from + measure * 1e9);
  measuring = false;
  const seconds = (nanoTime() - from) / 1e9;
  print('cores', (cpuNanos() - cpu) / 1e9 / seconds);
  print('rss', Math.max(0, rss() - rssBefore) / streams);
  print('heap', Math.max(0, (await liveHeap()) - heapBefore) / streams);
  print('opened', opened.size);
  print('served', served.size);
  print('failed', failed);
  print('delivered', latency.count / seconds / (streams * perSecond));
  print('p50', latency.percentile(50) / 1e6);
  print('p99', latency.percentile(99) / 1e6);
  print('max', latency.max / 1e6);
}

/** The time in a text, as Stamp writes it; NaN if it has none. */
function sentAt(text) {
  const at = text.indexOf('@');
  return at < 0 ? NaN : Number(text.slice(at + 1, at + 20));
}

/** Lets others have a turn even if it is late, for they share this thread; a timer of Node's takes a millisecond or more. */
async function sleepUntil(nanos) {
  do {
    const millis = (nanos - nanoTime()) / 1e6;
    await (millis > 0 ? sleep(millis) : aTurn());
  } while (nanoTime() < nanos);
}

/** Bytes that objects take after a collection, within V8's heap and outside of it. */
async function liveHeap() {
  const [v8, vm] = await Promise.all([import('node:v8'), import('node:vm')]);
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes of memory of this process that are resident; NaN where the system does not say so as Linux does. */
function rss() {
  try {
    return 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return NaN;
  }
}

/** Prints the first text of a stream and is gone. */
async function firstText(name, url) {
  await opener(name, url)((text) => {
    console.log(text);
    process.exit(0);
  });
}

const rows = { StreamRow: streamRow, FirstTextRow: firstTextRow, ConcurrencyRow: concurrencyRow, FirstText: firstText };
const [row, ...args] = process.argv.slice(2);
await rows[row](...args);
process.exit(0); // the crowd's streams have no end
