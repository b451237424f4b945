// Server-sent events out of text that comes in pieces, cut anywhere.

/** One parser reads one response. */
export class Frames {
  #rest = '';
  #id;
  #event = '';
  #data = [];

  /** Takes what has come and gives the frames that it completes: {id, event, data}; `id` only if the frame has one itself. */
  push(text) {
    const frames = [];
    this.#rest += text;
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);
      // A carriage return at the very end may be half of a line end.
      if (end < 0 || (this.#rest[end] === '\r' && end === this.#rest.length - 1)) return frames;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + (this.#rest.startsWith('\r\n', end) ? 2 : 1));
      if (line === '') this.#complete(frames);
      else this.#field(line);
    }
  }

  #field(line) {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment: a sign of life, which the reader has noted
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') this.#id = value;
    else if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
  }

  #complete(frames) {
    if (this.#data.length > 0) frames.push({ id: this.#id, event: this.#event, data: this.#data.join('\n') });
    this.#id = undefined;
    this.#event = '';
    this.#data = [];
  }
}
