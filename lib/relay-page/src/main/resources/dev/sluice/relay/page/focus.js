// Where the focus goes when what has it disappears.

/** Makes a change to the page. If it takes away or moves what has the focus, the focus stays there if it can, else `home` gets it. */
export function keepFocus(change, home = restingPlace()) {
  const before = document.activeElement;
  change();
  if (before === null || before === document.body) return;
  if (!before.checkVisibility({ visibilityProperty: true })) home.focus({ preventScroll: true });
  else if (document.activeElement === document.body) before.focus({ preventScroll: true });
}

/** The message field; on a touch screen, where that would open the keyboard, the messages. */
export function restingPlace() {
  return document.getElementById(matchMedia('(pointer: coarse)').matches ? 'scroller' : 'prompt');
}
