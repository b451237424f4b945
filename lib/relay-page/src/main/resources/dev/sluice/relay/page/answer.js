// One answer on the page: what a run's events add to it, in the order in which they come.

import { element } from './element.js';
import { Markdown } from './markdown.js';
import { Pacer } from './pacer.js';
import { Thinking } from './thinking.js';
import { ToolCard } from './tool-card.js';

export class Answer {
  #smooth;
  #decide;
  #live = true;
  #blocks = new Map(); // of the turn, by index
  #tools = new Map(); // by the call's id
  #open = new Set(); // what may still grow
  #kept = 0; // how many parts earlier turns have drawn
  #parts = element('div', { class: 'parts' });

  /**
   * `smooth()` tells whether text is to flow or to come as it came; `decide(callKey, allowed)` answers a tool's question, and tells
   * why it could not.
   */
  constructor(smooth, decide) {
    this.#smooth = smooth;
    this.#decide = decide;
    this.element = element('article', { class: 'answer', 'aria-label': 'Answer', 'aria-busy': 'true' }, this.#parts);
  }

  /** An answer that was kept as events; `live` if it comes while the reader looks. */
  static kept(events, live) {
    const answer = new Answer(() => false);
    for (const [type, data] of events) answer.event(type, data);
    answer.#settle();
    answer.#live = live;
    return answer;
  }

  /** An event of the run. */
  event(type, data) {
    switch (type) {
      case 'message_start': this.#begin(); break;
      case 'turn_reset': this.#takeBack(); break;
      case 'message_delta': this.#delta(data); break;
      case 'message_stop': this.#settle(); break;
      case 'tool_start': this.#tool(data.id, data.name).started(data.input); break;
      case 'approval_asked': this.#tool(data.id, data.name).asks((allowed) => this.#decide(data.call_key, allowed)); break;
      case 'tool_progress': this.#tool(data.id).progress(data.message, data.percentage); break;
      case 'tool_complete': this.#tool(data.id).complete(data.output); break;
      case 'tool_error': this.#tool(data.id).failed(data.error); break;
      case 'tool_event': this.#tool(data.id).inner(data.event); break;
      default: // what a later version may tell
    }
  }

  /** Nothing follows. Shows what is left and how it ended; `again` is what the button for another try does. */
  ended({ how, error, retryable }, again) {
    this.#settle();
    for (const tool of this.#tools.values()) tool.abandoned();
    this.element.querySelector(':scope > .retried')?.remove();
    this.element.removeAttribute('aria-busy');
    this.element.dataset.end = how;
    if (how === 'complete') return;
    const note = element('p', { class: 'note' }, how === 'stopped' && !error ? 'Stopped.' : error ?? 'The answer was not finished.');
    if (how !== 'stopped') note.classList.add('failed');
    if (how !== 'stopped' && this.#live) note.setAttribute('role', 'alert');
    if (retryable && again) note.append(' ', element('button', { type: 'button', class: 'quiet again', onclick: again }, 'Try again'));
    this.element.append(note);
  }

  #begin() {
    this.#settle();
    this.#blocks.clear();
    this.#kept = this.#parts.childElementCount;
    this.element.querySelector(':scope > .retried')?.remove();
  }

  /** The turn broke off and is asked for again: what it has drawn goes, its tools too. */
  #takeBack() {
    this.#settle();
    this.#blocks.clear();
    while (this.#parts.childElementCount > this.#kept) this.#parts.lastElementChild.remove();
    for (const [id, tool] of this.#tools) if (tool.element.parentNode === null) this.#tools.delete(id);
    this.element.append(element('p', { class: 'note retried', role: 'status' }, 'The connection was lost. Asking again …'));
  }

  #delta({ index, text, thinking, input_json: input, event, block, id, name }) {
    if (text !== undefined) {
      this.#block(index, () => this.#words()).push(text);
    } else if (thinking !== undefined) {
      this.#block(index, () => this.#thoughts()).push(thinking);
    } else if (input !== undefined) {
      this.#blocks.get(index)?.input?.(input);
    } else if (event === 'content_block_start' && id !== undefined && block === 'tool_use') {
      this.#settle();
      this.#blocks.set(index, this.#tool(id, name));
    } else if (event === 'content_block_stop') {
      this.#settle();
    }
  }

  #block(index, make) {
    if (!this.#blocks.get(index)?.push) {
      this.#settle();
      this.#blocks.set(index, make());
    }
    return this.#blocks.get(index);
  }

  #words() {
    const target = element('div', { class: 'text' });
    this.#parts.append(target);
    const markdown = new Markdown(target);
    const pacer = new Pacer((text) => markdown.append(text), this.#smooth);
    const block = { push: (text) => pacer.push(text), settle: () => { pacer.flush(); markdown.finish(); } };
    this.#open.add(block);
    return block;
  }

  #thoughts() {
    const thinking = new Thinking();
    this.#parts.append(thinking.element);
    const pacer = new Pacer((text) => thinking.append(text), this.#smooth);
    const block = { push: (text) => pacer.push(text), settle: () => { pacer.flush(); thinking.finish(); } };
    this.#open.add(block);
    return block;
  }

  #tool(id, name) {
    let card = this.#tools.get(id);
    if (card === undefined) {
      card = new ToolCard(name ?? 'tool');
      this.#tools.set(id, card);
      this.#parts.append(card.element);
    }
    return card;
  }

  #settle() {
    for (const block of this.#open) block.settle();
    this.#open.clear();
  }
}
