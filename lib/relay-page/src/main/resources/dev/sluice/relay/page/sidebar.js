// The list of conversations; on a narrow screen a drawer.

import { element } from './element.js';
import { restingPlace } from './focus.js';

export class Sidebar {
  #list;
  #undone;
  #open;
  #drop;
  #items = new Map();

  /** `open(conversation)` and `drop(conversation)` are what its buttons do; `undone` is where a deletion is told. */
  constructor(list, undone, open, drop) {
    this.#list = list;
    this.#undone = undone;
    this.#open = open;
    this.#drop = drop;
  }

  /** Shows these, in this order. */
  show(conversations, current) {
    const items = conversations.filter((one) => !one.isEmpty).map((one) => this.#item(one, one === current));
    const same = items.length === this.#list.children.length && items.every((item, i) => item === this.#list.children[i]);
    if (!same) this.#list.replaceChildren(...items);
  }

  /** Tells that a conversation was deleted, with a button that undoes it; nothing if there is none. */
  offerUndo(conversation, undo) {
    this.#undone.replaceChildren();
    if (conversation === undefined) return;
    const button = element('button', { type: 'button', class: 'quiet', onclick: undo }, 'Undo');
    this.#undone.append(element('span', {}, `Deleted “${conversation.title}”`), button);
    button.focus();
  }

  /** Gives a conversation's entry the focus. */
  focus(conversation) {
    (this.#items.get(conversation)?.firstChild ?? restingPlace()).focus();
  }

  #item(conversation, isCurrent) {
    let item = this.#items.get(conversation);
    if (item === undefined) {
      const open = element('button', { type: 'button', class: 'entry', onclick: () => this.#open(conversation) },
        element('span', { class: 'dot', 'aria-hidden': 'true' }), element('span', { class: 'name' }));
      const drop = element('button', { type: 'button', class: 'drop', onclick: () => this.#drop(conversation) }, '×');
      item = element('li', {}, open, drop);
      this.#items.set(conversation, item);
    }
    const name = item.querySelector('.name');
    if (name.textContent !== conversation.title) {
      name.textContent = conversation.title;
      item.lastChild.setAttribute('aria-label', `Delete “${conversation.title}”`);
    }
    item.dataset.running = String(conversation.isRunning);
    if (isCurrent) item.firstChild.setAttribute('aria-current', 'true');
    else item.firstChild.removeAttribute('aria-current');
    return item;
  }
}

/** Makes the button open the drawer, and the shade, Escape and a choice close it. */
export function bindDrawer(button, drawer, shade) {
  const set = (open, focus) => {
    document.body.classList.toggle('drawer', open);
    button.setAttribute('aria-expanded', String(open));
    shade.hidden = !open;
    focus.focus({ preventScroll: true });
  };
  button.addEventListener('click', () => (shade.hidden ? set(true, drawer.querySelector('button')) : set(false, button)));
  shade.addEventListener('click', () => set(false, button));
  drawer.addEventListener('click', ({ target }) => !shade.hidden && target.closest('.entry, #new') && set(false, restingPlace()));
  drawer.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || shade.hidden) return;
    event.stopPropagation(); // else it stops the answer too
    set(false, button);
  });
}
