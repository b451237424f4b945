// Questions to begin with, as whoever serves the page has set them.

import { element } from './element.js';

/** Puts a button for each question into a list; `ask(question)` is what it does. */
export async function bindSuggestions(list, ask) {
  let questions;
  try {
    questions = await (await fetch('suggestions.json')).json();
  } catch {
    return; // none, or the network is away
  }
  list.replaceChildren(...questions.map((question) => element('li', {},
    element('button', { type: 'button', class: 'quiet', onclick: () => ask(question) }, question))));
}
