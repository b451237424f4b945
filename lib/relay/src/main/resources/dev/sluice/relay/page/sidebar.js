// The list of conversations; on a narrow screen a drawer.

import { element } from './element.js';

export class Sidebar {
  #list;
  #open;
  #drop;
  #items = new Map();

  /** `open(conversation)` and `drop(conversation)` are what its buttons do. */
  constructor(list, open, drop) {
    this.#list = list;
    this.#open = open;
    this.#drop = drop;
  }

  /** Shows these, in this order. */
  show(conversations, current) {
    const items = conversations.filter((one) => !one.isEmpty).map((one) => this.#item(one, one === current));
    const same = items.length === this.#list.children.length && items.every((item, i) => item === this.#list.children[i]);
    if (!same) this.#list.replaceChildren(...items);
  }

  #item(conversation, isCurrent) {
    let item = this.#items.get(conversation);
    if (item === undefined) {
      const open = element('button', { type: 'button', class: 'entry', onclick: () => this.#open(conversation) },
        element('span', { class: 'dot', 'aria-hidden': 'true' }), element('span', { class: 'name' }));
      const drop = element('button', { type: 'button', class: 'drop', 'aria-label': 'Forget this conversation',
        onclick: () => this.#drop(conversation) }, '×');
      item = element('li', {}, open, drop);
      this.#items.set(conversation, item);
    }
    const name = item.querySelector('.name');
    if (name.textContent !== conversation.title) name.textContent = conversation.title;
    item.dataset.running = String(conversation.isRunning);
    if (isCurrent) item.firstChild.setAttribute('aria-current', 'true');
    else item.firstChild.removeAttribute('aria-current');
    return item;
  }
}

/** Makes the button open the drawer, and the shade, Escape and a choice close it. */
export function bindDrawer(button, drawer, shade) {
  const set = (open) => {
    document.body.classList.toggle('drawer', open);
    button.setAttribute('aria-expanded', String(open));
    shade.hidden = !open;
  };
  button.addEventListener('click', () => set(!document.body.classList.contains('drawer')));
  shade.addEventListener('click', () => set(false));
  drawer.addEventListener('click', ({ target }) => target.closest('.entry, #new') && set(false));
  drawer.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || shade.hidden) return;
    set(false);
    button.focus();
  });
}
