// One run on the server, followed to its end through however many connections that takes.

import { Frames } from './frames.js';
import { delay, pause } from './pause.js';

const API = 'api/v1/stream';
/** The server says something every 15 s, so that a connection that says nothing for so long is lost. */
const SILENCE_MS = 40_000;
/** For so long the name of a run that is to be stopped is waited for. */
const NAME_MS = 5_000;
/** For so long a lost run is asked for again. */
const GIVE_UP_MS = 10 * 60_000;

/**
 * Tells a listener:
 * `event(type, data)` for each event once and in order; `state(name, detail)` for the connection: connecting, live, waiting,
 * stopping; `opened(id)` when the run has a name; `anew()` if the next event may be the first of the run again; and last
 * `ended({how, error, retryable})`, where how is complete, stopped, failed, or lost.
 */
export class RunStream {
  #listener;
  #seen = 0;
  #over = new AbortController();
  #connection = new AbortController();
  #named = new AbortController();
  #stopping = false;
  #ended = false;

  constructor(listener, id) {
    this.#listener = listener;
    this.id = id;
  }

  /**
   * Asks for a run. A request that failed may have been heard, and a model costs money; so it is asked for once, and under a
   * key: whatever repeats the request, as browsers do by themselves, gets the run of the first.
   */
  static start(request, key, listener) {
    const stream = new RunStream(listener);
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
    stream.#follow({ method: 'POST', headers, body: JSON.stringify(request) });
    return stream;
  }

  /** Watches a run that exists, from its beginning. */
  static attach(id, listener) {
    const stream = new RunStream(listener, id);
    stream.#follow();
    return stream;
  }

  /** Stops the run on the server. What has come stays. */
  async stop() {
    if (this.#stopping || this.#ended) return;
    this.#stopping = true;
    this.#listener.state('stopping');
    if (this.id === undefined) await pause(NAME_MS, this.#named.signal);
    const told = this.id !== undefined && (await this.#delete());
    this.#end(told ? { how: 'stopped' }
      : { how: 'stopped', error: 'The server could not be reached; it may still be at work.' });
  }

  /** Answers a question of the run; tells, in words, why the answer was not taken. */
  async answer(callKey, allowed) {
    try {
      const response = await fetch(`${API}/${encodeURIComponent(this.id)}/approvals/${encodeURIComponent(callKey)}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ allowed }),
        signal: AbortSignal.timeout(20_000),
      });
      if (response.ok) return undefined;
      return (await reason(response)) ?? `The server answered with status ${response.status}.`;
    } catch {
      return 'The server could not be reached. Try again.';
    }
  }

  async #delete() {
    for (let attempt = 0; attempt < 6 && !this.#ended; attempt++) {
      try {
        const response = await fetch(`${API}/${encodeURIComponent(this.id)}`,
          { method: 'DELETE', keepalive: true, signal: AbortSignal.timeout(5_000) });
        if (response.status < 500) return true;
      } catch {
        // tried again
      }
      await pause(delay(attempt), this.#over.signal);
    }
    return this.#ended;
  }

  async #follow(request) {
    const offline = () => this.#listener.state('waiting', 'offline');
    // What was open before the network changed may be dead without knowing it; to resume costs nothing.
    const online = () => this.id !== undefined && this.#connection.abort();
    window.addEventListener('offline', offline);
    window.addEventListener('online', online);
    this.#over.signal.addEventListener('abort', () => {
      window.removeEventListener('offline', offline);
      window.removeEventListener('online', online);
    });
    let attempt = 0;
    let progress = performance.now();
    while (!this.#ended) {
      const before = this.#seen;
      this.#listener.state('connecting');
      const end = await this.#connect(request);
      if (this.#ended) return;
      if (end !== undefined) return this.#end(this.#stopping && end.how !== 'complete' ? { how: 'stopped' } : end);
      if (this.id === undefined) {
        return this.#end({ how: 'failed', retryable: true, error: 'The server could not be reached.' });
      }
      request = undefined;
      if (this.#seen > before) {
        attempt = 0;
        progress = performance.now();
      }
      if (performance.now() - progress > GIVE_UP_MS) {
        return this.#end({ how: 'lost', error: 'The connection was lost and did not come back.' });
      }
      this.#listener.state('waiting', navigator.onLine ? 'reconnecting' : 'offline');
      await pause(delay(attempt++), this.#over.signal);
    }
  }

  /** One connection. Gives the run's end, or nothing if the connection was lost. */
  async #connect(request) {
    const connection = new AbortController();
    this.#connection = connection;
    let watchdog;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => connection.abort(), SILENCE_MS);
    };
    alive();
    try {
      const response = await this.#open(request, AbortSignal.any([connection.signal, this.#over.signal]));
      if (response.status === 410 && this.#beginsAnew()) return undefined;
      if (response.status !== 200) return await refused(response, request !== undefined);
      this.#opened(response);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const frames = new Frames();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return undefined; // an end that no event announced: ask whether that was all
        alive();
        for (const frame of frames.push(value)) {
          const end = this.#take(frame);
          if (end === AGAIN) return undefined;
          if (end !== undefined) return end;
        }
      }
    } catch {
      return undefined;
    } finally {
      clearTimeout(watchdog);
      connection.abort();
    }
  }

  #open(request, signal) {
    if (request !== undefined) return fetch(API, { ...request, cache: 'no-store', signal });
    const headers = { Accept: 'text/event-stream' };
    if (this.#seen > 0) headers['Last-Event-ID'] = String(this.#seen);
    return fetch(`${API}/${encodeURIComponent(this.id)}`, { headers, cache: 'no-store', signal });
  }

  #opened(response) {
    if (this.id === undefined) {
      this.id = response.headers.get('X-Stream-Id') ?? undefined;
      if (this.id !== undefined) {
        this.#named.abort();
        this.#listener.opened(this.id);
      }
    }
    if (!this.#stopping) this.#listener.state('live');
  }

  /**
   * Begins at the first event again, because the server no longer has what follows the last one. After a restart it may have the
   * run from its beginning. False if this page has had no event.
   */
  #beginsAnew() {
    if (this.#seen === 0) return false;
    this.#seen = 0;
    this.#listener.anew();
    return true;
  }

  #take(frame) {
    if (this.#ended) return AGAIN;
    const id = Number(frame.id);
    if (frame.id !== undefined && !(id > this.#seen)) return undefined; // had it before the connection was lost
    const data = JSON.parse(frame.data);
    const type = frame.event || data.type;
    if (type === 'stream_error') {
      const retryable = data.details?.retryable === true;
      // Without a place in the run it is the connection's failure, not the run's.
      if (frame.id === undefined && retryable) return AGAIN;
      if (data.details?.code === 'stream_expired' && this.#beginsAnew()) return AGAIN;
      return data.details?.code === 'cancelled' ? { how: 'stopped' } : { how: 'failed', error: data.error, retryable };
    }
    if (frame.id !== undefined) this.#seen = id;
    if (type === 'stream_complete') return { how: 'complete' };
    this.#listener.event(type, data);
    return undefined;
  }

  #end(end) {
    if (this.#ended) return;
    this.#ended = true;
    this.#over.abort();
    this.#listener.ended(end);
  }
}

/** The connection ends, the run does not. */
const AGAIN = Symbol('again');

/** What a status other than 200 means: the run's end, or nothing if another try may do. */
async function refused(response, starting) {
  const { status } = response;
  if (status === 204) return { how: 'stopped' }; // all was delivered, and it was not told as complete
  if (status === 404 || status === 410) return { how: 'lost', error: 'This answer is no longer kept on the server.' };
  const retryable = status === 429 || status >= 500;
  if (retryable && !starting) return undefined;
  return { how: 'failed', retryable, error: (await reason(response)) ?? `The server answered with status ${status}.` };
}

async function reason(response) {
  try {
    const { error, message } = await response.json();
    return [error?.message, error, message].find((text) => typeof text === 'string');
  } catch {
    return undefined;
  }
}
