// A block of code: its language, a button that copies it, and colours once it is complete.

import { highlighted } from './highlight.js';

/** Gives each block of code among these nodes its frame; and its colours, if it is complete. */
export function dress(fragment, complete) {
  for (const code of fragment.querySelectorAll('pre > code')) {
    const language = /^language-(.+)$/.exec(code.className)?.[1] ?? '';
    if (complete) {
      const spans = highlighted(code.textContent, language);
      if (spans !== undefined) code.replaceChildren(spans);
    }
    frame(code.parentElement, language);
  }
}

function frame(pre, language) {
  const figure = document.createElement('figure');
  figure.className = 'code';
  const caption = document.createElement('figcaption');
  const name = document.createElement('span');
  name.textContent = language || 'text';
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.className = 'copy';
  copy.textContent = 'Copy';
  caption.append(name, copy);
  pre.tabIndex = 0; // so that it can be scrolled with the keyboard
  pre.replaceWith(figure);
  figure.append(caption, pre);
}

/** Makes the buttons of all blocks in an element work, also of those that come later. */
export function copyOnClick(element) {
  element.addEventListener('click', async ({ target }) => {
    if (!target.matches?.('figure.code .copy')) return;
    // Without the last line end: a terminal would run at once what is pasted with it.
    const code = target.closest('figure').querySelector('code').textContent.replace(/\n$/, '');
    try {
      await navigator.clipboard.writeText(code);
      target.textContent = 'Copied';
    } catch {
      target.textContent = 'Not allowed';
    }
    setTimeout(() => (target.textContent = 'Copy'), 1_500);
  });
}
