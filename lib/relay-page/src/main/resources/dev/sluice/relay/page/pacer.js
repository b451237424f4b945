// Hands on text in an even flow, a frame at a time, however unevenly it came.

/** In which time what has come is shown. */
const CATCH_UP_MS = 250;
/** Of the page's time, drawing takes a quarter at most. */
const REST = 3;

export class Pacer {
  #show;
  #smooth;
  #waiting = '';
  #scheduled = false;
  #last = 0;
  #restUntil = 0;
  #drained = [];

  /** `show(text)` draws; `smooth()` tells whether text is to flow or to come as it came. */
  constructor(show, smooth) {
    this.#show = show;
    this.#smooth = smooth;
  }

  push(text) {
    this.#waiting += text;
    this.#schedule();
  }

  /** Shows at once what has come. */
  flush() {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#show(text);
    for (const done of this.#drained.splice(0)) done();
  }

  /** When all that has come so far is shown. */
  drained() {
    if (this.#waiting === '') return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A page that nobody sees gets no frames.
    if (document.hidden) setTimeout(() => this.#frame(performance.now()), 100);
    else requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now) {
    this.#scheduled = false;
    if (this.#waiting === '') return;
    const passed = Math.min(100, Math.max(1, now - this.#last));
    this.#last = now;
    if (now >= this.#restUntil) {
      const begun = performance.now();
      if (this.#smooth() && !document.hidden) this.#some(passed);
      else this.flush();
      const ended = performance.now();
      this.#restUntil = ended + REST * (ended - begun) - 8;
    }
    if (this.#waiting !== '') this.#schedule();
  }

  #some(passed) {
    let count = Math.max(2, Math.ceil((this.#waiting.length * passed) / CATCH_UP_MS));
    if (/[\ud800-\udbff]/.test(this.#waiting[count - 1] ?? '')) count++;
    if (count >= this.#waiting.length) return this.flush();
    const text = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#show(text);
  }
}
