// A call of a tool in one row: what it was asked and how far it is; the rest on demand.

import { element } from './element.js';

/** Of an output, no more than this is put into the page. */
const LONGEST = 20_000;

export class ToolCard {
  #name;
  #written = '';
  #asked = element('span', { class: 'asked' });
  #message = element('span', { class: 'message' });
  #state = element('span', { class: 'state' }, 'preparing');
  #bar;
  #summary;
  #question;
  #fill = element('span');
  #input = part('Input');
  #inner = part('Within');
  #output = part('Output');

  constructor(name) {
    this.#name = name;
    this.#bar = element('div', { class: 'bar', role: 'progressbar', 'aria-label': `Progress of ${name}`, 'aria-valuemin': '0',
      'aria-valuemax': '100' }, this.#fill);
    this.#summary = element('summary', {}, element('code', {}, name), this.#asked, this.#message, this.#state);
    const details = element('details', {}, this.#summary,
      this.#input.element, this.#inner.element, this.#output.element);
    this.element = element('section', { class: 'tool', 'aria-label': `Tool ${name}` }, details, this.#bar);
    this.element.dataset.state = 'preparing';
  }

  /** More of the input's JSON, as the model writes it. */
  input(json) {
    this.#written += json;
    this.#input.set(this.#written);
  }

  started(input) {
    this.#input.set(pretty(input));
    this.#asked.textContent = summary(input);
    this.element.setAttribute('aria-label', `Tool ${this.#name} ${this.#asked.textContent}`.trimEnd());
    this.#is('running');
  }

  /** The tool waits for leave; `decide(allowed)` sends the answer and tells, in words, why it was not taken. */
  asks(decide) {
    this.#question?.remove();
    const note = element('span', { role: 'status' });
    const buttons = [['Allow', true], ['Deny', false]].map(([label, allowed]) =>
      element('button', { type: 'button', class: 'quiet', onclick: () => answer(label, allowed) }, label));
    const answer = async (label, allowed) => {
      for (const button of buttons) button.disabled = true;
      note.textContent = `${label} …`;
      const problem = await decide(allowed);
      note.textContent = problem ?? (allowed ? 'Allowed' : 'Denied');
      if (problem === undefined) this.#summary.focus();
      else for (const button of buttons) button.disabled = false;
    };
    this.#question = element('div', { class: 'question', role: 'group', 'aria-label': `May ${this.#name} run?` },
      element('span', {}, 'May this run?'), ...buttons, note);
    this.element.append(this.#question);
    this.#is('waiting');
  }

  progress(message, percentage) {
    this.#message.textContent = message ?? '';
    if (percentage == null) return;
    const value = Math.min(100, Math.max(0, Math.round(percentage)));
    this.#bar.setAttribute('aria-valuenow', String(value));
    this.#bar.setAttribute('aria-valuetext', message ? `${value} %, ${message}` : `${value} %`);
    this.#fill.style.setProperty('width', `${value}%`);
    this.#state.textContent = `${value} %`;
  }

  complete(output) {
    this.#output.set(pretty(output));
    this.#is('done');
  }

  failed(error) {
    this.#output.label('Error');
    this.#output.set(error ?? '');
    this.#is('failed');
    this.#message.textContent = line(error ?? '');
  }

  /** The run has ended; a tool that has not will not. */
  abandoned() {
    const { state } = this.element.dataset;
    if (state === 'preparing' || state === 'running' || state === 'waiting') this.#is('stopped');
  }

  /** An event of a run inside the tool. */
  inner(event) {
    if (event?.type === 'tool_event') return this.inner(event.event);
    if (event?.type === 'message_delta' && event.text !== undefined) this.#inner.add(event.text);
    else if (event?.type === 'turn_reset') this.#inner.add('\n↺ asked again\n');
    else if (event?.type === 'tool_start') this.#inner.add(`\n→ ${event.name}\n`);
    else if (event?.type === 'tool_error' || event?.type === 'stream_error') this.#inner.add(`\n✕ ${event.error}\n`);
    return undefined;
  }

  #is(state) {
    this.element.dataset.state = state;
    this.#state.textContent = state;
    if (state === 'running' || state === 'waiting') return;
    this.#bar.remove();
    this.#question?.remove();
    this.#message.textContent = '';
  }
}

/** A titled text, absent while it is empty. */
function part(title) {
  const label = element('h3', {}, title);
  const text = document.createTextNode('');
  const box = element('div', { class: 'part', hidden: true }, label, element('pre', { tabIndex: 0 }, text));
  const set = (value) => {
    const whole = value.trimStart();
    text.data = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}\n… ${whole.length - LONGEST} more characters` : whole;
    box.hidden = whole === '';
  };
  return { element: box, set, add: (more) => set(text.data + more), label: (name) => (label.textContent = name) };
}

/** What a tool is asked, in a line: the one value of its input, or each with its name. */
function summary(input) {
  const value = parsed(input);
  if (value === null || typeof value !== 'object') return line(String(value ?? ''));
  const fields = Object.entries(value);
  if (fields.length === 1) return line(shown(fields[0][1]));
  return line(fields.map(([name, field]) => `${name}: ${shown(field)}`).join(' · '));
}

function shown(value) {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? '';
}

function line(text) {
  return text.slice(0, 300).replace(/\s+/g, ' ').trim();
}

/** JSON with indentation; anything else as it is. */
function pretty(value) {
  const object = parsed(value);
  return typeof object === 'string' ? object : JSON.stringify(object, null, 2) ?? '';
}

/** What a text of JSON says, if it is an object or a list; anything else as it is. */
function parsed(value) {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
