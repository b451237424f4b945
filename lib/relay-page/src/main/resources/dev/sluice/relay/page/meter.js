// Figures of an answer: time to the first token, tokens, tokens per second.

export class Meter {
  #begun;
  #first;
  #last;
  #characters = 0;
  #tokens = 0; // of the turns that told theirs
  #told = false;

  /** Begins to count; `fromStart` tells whether the run begins now too, and is not only watched from now on. */
  constructor(fromStart) {
    this.#begun = fromStart ? performance.now() : undefined;
  }

  event(type, data) {
    const text = data.text ?? data.thinking ?? data.input_json;
    if (type === 'message_delta' && text !== undefined) {
      this.#last = performance.now();
      this.#first ??= this.#last;
      this.#characters += text.length;
    } else if ((type === 'message_stop' || type === 'turn_reset') && data.usage?.output_tokens > 0) {
      this.#tokens += data.usage.output_tokens;
      this.#characters = 0;
      this.#told = true;
    }
  }

  /** The figures so far, in words; "~" marks what is counted from characters. */
  toString() {
    const tokens = this.#tokens + Math.round(this.#characters / 4);
    const about = this.#characters > 0 || !this.#told ? '~' : '';
    const figures = [];
    if (this.#begun !== undefined && this.#first !== undefined) {
      figures.push(`${seconds(this.#first - this.#begun)} to the first token`);
      const passed = (this.#last - this.#first) / 1_000;
      if (passed > 0.2) figures.push(`${about}${Math.round(tokens / passed)} tokens/s`);
    }
    if (tokens > 0) figures.push(`${about}${tokens.toLocaleString('en')} tokens`);
    return figures.join(' · ');
  }
}

function seconds(ms) {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
