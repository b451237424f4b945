// A conversation: what was said, its part of the page, and the run that answers at the moment.

import { Answer } from './answer.js';
import { copyOnClick } from './code-block.js';
import { element } from './element.js';
import { Meter } from './meter.js';
import { preferences } from './preferences.js';
import { RunStream } from './run-stream.js';
import { keep } from './store.js';
import { uniqueName } from './unique.js';

export class Conversation {
  /** What the connection is doing: a name and a detail. */
  state = { name: 'idle' };
  #chat;
  #changed;
  #stream;
  #meter;
  #drawn = false;

  /**
   * `chat` is as the store keeps it; `changed(this, grown)` is called after each change: `grown` if it is
   * the answer that has become longer, and nothing else.
   */
  constructor(chat, changed) {
    this.#chat = chat;
    this.#changed = changed;
    this.element = element('div', { class: 'transcript', role: 'log', 'aria-live': 'polite', hidden: true });
    copyOnClick(this.element);
  }

  static empty(changed) {
    return new Conversation({ id: uniqueName(), title: '', at: Date.now(), messages: [] }, changed);
  }

  /** A run of which only the name is known. */
  static watching(stream, changed) {
    const conversation = Conversation.empty(changed);
    conversation.#chat.title = 'A shared answer';
    conversation.#chat.messages.push({ role: 'assistant', content: '', stream, open: true });
    return conversation;
  }

  get id() { return this.#chat.id; }
  get title() { return this.#chat.title || 'New conversation'; }
  get isEmpty() { return this.#chat.messages.length === 0; }
  get isRunning() { return this.#stream !== undefined; }
  get figures() { return this.#meter?.toString() ?? ''; }
  /** The last run's name, running or not. */
  get stream() { return this.#chat.messages.findLast((message) => message.stream)?.stream; }

  has(stream) {
    return this.#chat.messages.some((message) => message.stream === stream);
  }

  /** Puts what was said on the page, the first time that it is wanted; goes on with an answer that was not finished. */
  draw() {
    if (this.#drawn) return;
    this.#drawn = true;
    for (const message of this.#chat.messages) {
      if (message.role === 'user') this.#said(message.content);
      else if (message.open && message.stream) this.#run(message, false, (listener) => RunStream.attach(message.stream, listener));
      else this.element.append(keptAnswer(message));
    }
  }

  /** Says something; the answer follows. */
  send(text) {
    this.draw();
    this.#chat.title ||= text.split('\n')[0].slice(0, 80);
    this.#chat.at = Date.now();
    this.#chat.messages.push({ role: 'user', content: text });
    this.#said(text);
    this.#ask();
  }

  stop() {
    this.#stream?.stop();
  }

  #ask(key = uniqueName()) {
    const messages = this.#chat.messages.filter(({ content }) => content !== '').map(({ role, content }) => ({ role, content }));
    const message = { role: 'assistant', content: '', open: true, key };
    this.#chat.messages.push(message);
    this.#run(message, true, (listener) => RunStream.start({ chatId: this.#chat.id, messages }, key, listener));
  }

  #run(message, fromStart, begin) {
    const answer = new Answer(() => preferences.smooth);
    const meter = new Meter(fromStart);
    this.#meter = meter;
    this.element.append(answer.element);
    this.#stream = begin({
      opened: (id) => {
        message.stream = id;
        this.#keep();
      },
      state: (name, detail) => this.#is({ name, detail }),
      event: (type, data) => {
        meter.event(type, data);
        answer.event(type, data);
        if (answer.text.length > message.content.length) message.content = answer.text;
        this.#changed(this, true);
      },
      ended: (end) => {
        this.#stream = undefined;
        Object.assign(message, { open: false, how: end.how, error: end.error });
        // What this browser had of an answer that the server has forgotten is still something.
        if (answer.text === message.content) answer.ended(end, () => this.#again(message, answer));
        else answer.element.replaceWith(keptAnswer(message));
        this.#is({ name: end.how });
        this.#keep();
      },
    });
    this.#keep();
  }

  /** Asks once more, for the answer at the end that failed. If it never began, the request may yet have been heard. */
  #again(message, answer) {
    if (this.isRunning || this.#chat.messages.at(-1) !== message) return;
    this.#chat.messages.pop();
    answer.element.remove();
    this.#ask(message.stream === undefined ? message.key : uniqueName());
  }

  #said(text) {
    this.element.append(element('article', { class: 'said', 'aria-label': 'You' }, text));
  }

  #is(state) {
    this.state = state;
    this.#changed(this);
  }

  #keep() {
    this.keep();
    this.#changed(this);
  }

  /** Has the store keep it as it is now. */
  keep() {
    if (!this.isEmpty) keep(this.#chat);
  }
}

function keptAnswer({ content, how, error, open }) {
  const answer = Answer.kept(content);
  answer.ended(open ? { how: 'lost', error: 'The page was left before the answer began.' } : { how, error });
  return answer.element;
}
