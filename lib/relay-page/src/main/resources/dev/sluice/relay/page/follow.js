// Keeps the end of the answer in sight until the reader scrolls up.

import { keepFocus } from './focus.js';

const NEAR = 48;

export class Follow {
  #scroller;
  #latest;
  #wanted;
  #following = true;

  /** `latest` is the button that goes to the end; `wanted()` tells whether to follow at all. */
  constructor(scroller, content, latest, wanted) {
    this.#scroller = scroller;
    this.#latest = latest;
    this.#wanted = wanted;
    let top = 0;
    scroller.addEventListener('scroll', () => {
      const up = scroller.scrollTop < top - 1;
      top = scroller.scrollTop;
      if (this.#atEnd()) this.#following = true;
      else if (up) this.#following = false;
      this.#showButton();
    }, { passive: true });
    new ResizeObserver(() => this.#grown()).observe(content);
    latest.addEventListener('click', () => this.toEnd());
  }

  toEnd() {
    this.#following = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#showButton();
  }

  #grown() {
    if (this.#following && this.#wanted()) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#showButton();
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #showButton() {
    const hidden = this.#atEnd();
    if (hidden !== this.#latest.hidden) keepFocus(() => (this.#latest.hidden = hidden));
  }
}
