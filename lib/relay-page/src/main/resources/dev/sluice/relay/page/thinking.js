// What the model thinks before it answers: folded, with the last line as a sign that it goes on.

import { element } from './element.js';

export class Thinking {
  #begun = performance.now();
  #label = element('span', {}, 'Thinking');
  #glimpse = element('span', { class: 'glimpse', 'aria-hidden': 'true' });
  #text = document.createTextNode('');

  constructor() {
    this.element = element('details', { class: 'thinking' },
      element('summary', {}, this.#label, this.#glimpse), element('div', { class: 'thoughts' }, this.#text));
    this.element.dataset.state = 'running';
  }

  append(text) {
    this.#text.appendData(text);
    const lines = this.#text.data.trimEnd().split('\n');
    this.#glimpse.textContent = lines.at(-1).slice(-90);
  }

  finish() {
    const seconds = (performance.now() - this.#begun) / 1_000;
    this.#label.textContent = seconds < 1 ? 'Thought' : `Thought for ${Math.round(seconds)} s`;
    this.#glimpse.remove();
    this.element.dataset.state = 'done';
  }
}
