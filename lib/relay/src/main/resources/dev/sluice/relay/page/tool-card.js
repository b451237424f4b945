// A call of a tool: what it was asked, how far it is, what it gave.

import { element } from './element.js';

/** Of an output, no more than this is put into the page. */
const LONGEST = 20_000;

export class ToolCard {
  #written = '';
  #message = element('span', { class: 'message' });
  #state = element('span', { class: 'state' }, 'preparing');
  #bar;
  #fill = element('span');
  #input = fold('Input');
  #output = fold('Output');
  #inner = fold('Within');

  constructor(name) {
    this.#bar = element('div', { class: 'bar', role: 'progressbar', 'aria-label': `Progress of ${name}`, 'aria-valuemin': '0',
      'aria-valuemax': '100' }, this.#fill);
    this.element = element('section', { class: 'tool', 'aria-label': `Tool ${name}` },
      element('header', {}, element('code', {}, name), this.#message, this.#state),
      this.#bar, this.#input.element, this.#inner.element, this.#output.element);
    this.element.dataset.state = 'preparing';
  }

  /** More of the input's JSON, as the model writes it. */
  input(json) {
    this.#written += json;
    this.#input.set(this.#written);
  }

  started(input) {
    this.#input.set(pretty(input));
    this.#is('running');
  }

  progress(message, percentage) {
    this.#message.textContent = message ?? '';
    if (percentage == null) return;
    const value = Math.min(100, Math.max(0, Math.round(percentage)));
    this.#bar.setAttribute('aria-valuenow', String(value));
    this.#bar.setAttribute('aria-valuetext', message ? `${value} %, ${message}` : `${value} %`);
    this.#fill.style.setProperty('width', `${value}%`);
  }

  complete(output) {
    this.#output.set(pretty(output));
    this.#is('done');
  }

  failed(error) {
    this.#message.textContent = '';
    this.#output.label('Error');
    this.#output.set(error ?? '');
    this.#output.element.open = true;
    this.#is('failed');
  }

  /** The run has ended; a tool that has not will not. */
  abandoned() {
    const { state } = this.element.dataset;
    if (state === 'preparing' || state === 'running') this.#is('stopped');
  }

  /** An event of a run inside the tool. */
  inner(event) {
    if (event?.type === 'tool_event') return this.inner(event.event);
    if (event?.type === 'message_delta' && event.text !== undefined) this.#inner.add(event.text);
    else if (event?.type === 'tool_start') this.#inner.add(`\n→ ${event.name}\n`);
    else if (event?.type === 'tool_error' || event?.type === 'stream_error') this.#inner.add(`\n✕ ${event.error}\n`);
    return undefined;
  }

  #is(state) {
    this.element.dataset.state = state;
    this.#state.textContent = state;
    if (state !== 'running') this.#bar.remove();
  }
}

/** A folded text, absent while it is empty. */
function fold(title) {
  const label = element('summary', {}, title);
  const text = document.createTextNode('');
  const box = element('details', { hidden: true }, label, element('pre', { tabIndex: 0 }, text));
  const set = (value) => {
    const whole = value.trimStart();
    text.data = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}\n… ${whole.length - LONGEST} more characters` : whole;
    box.hidden = whole === '';
  };
  return { element: box, set, add: (more) => set(text.data + more), label: (name) => (label.textContent = name) };
}

/** JSON with indentation; anything else as it is. */
function pretty(value) {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2) ?? '';
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
