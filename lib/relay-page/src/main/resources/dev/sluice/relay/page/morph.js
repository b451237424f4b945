// Makes a node's children equal to others with the fewest changes, so that selection, focus and scroll positions stay and a
// screen reader hears what is new only.

import { keepFocus } from './focus.js';

/** The children of `target` from number `from` on become those of `wanted`. */
export function morph(target, wanted, from = 0) {
  const next = [...wanted.childNodes];
  next.forEach((node, i) => {
    const old = target.childNodes[from + i];
    if (old === undefined) target.append(node);
    else change(old, node);
  });
  while (target.childNodes.length > from + next.length) target.lastChild.remove();
}

function change(old, wanted) {
  if (old.isEqualNode(wanted)) return;
  if (old.nodeType === Node.TEXT_NODE && wanted.nodeType === Node.TEXT_NODE) grow(old, wanted.data);
  else if (old.nodeName === wanted.nodeName && sameAttributes(old, wanted)) morph(old, wanted);
  else keepFocus(() => old.replaceWith(wanted));
}

function grow(text, data) {
  if (data.startsWith(text.data)) text.appendData(data.slice(text.data.length));
  else text.data = data;
}

function sameAttributes(a, b) {
  return a.attributes.length === b.attributes.length
    && [...a.attributes].every(({ name, value }) => b.getAttribute(name) === value);
}
