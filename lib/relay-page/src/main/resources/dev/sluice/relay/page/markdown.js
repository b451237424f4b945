// Markdown that grows: only the unfinished end is read again, the blocks before it stay as they are.

import { dress } from './code-block.js';
import { keepFocus } from './focus.js';
import { morph } from './morph.js';
import { isPicture, sanitise } from './sanitise.js';

const { Lexer, Marked, Parser } = window.marked;

const settings = new Marked({
  gfm: true,
  renderer: {
    // HTML in an answer is shown, not obeyed; models write line breaks in tables that way, so those are.
    html: ({ text }) => (/^<br\s*\/?>$/i.test(text.trim()) ? '<br>' : escaped(text)),
    // A picture that must not be fetched becomes a link to it.
    image({ href, title, text }) {
      if (isPicture(href)) return `<img src="${escaped(href)}" alt="${escaped(text)}">`;
      return `<a href="${escaped(href)}"${title ? ` title="${escaped(title)}"` : ''}>${escaped(text || href)}</a>`;
    },
  },
}).defaults;

/** Nodes for a whole text. */
export function whole(text) {
  return nodes(lex(normal(text), {}), true);
}

/** A text that grows inside an element. */
export class Markdown {
  #target;
  #text = '';
  #links = {};
  #frozen = []; // the source of each block that is done
  #done = 0; // how many characters those are
  #kept = 0; // how many nodes

  constructor(target) {
    this.#target = target;
  }

  /** Adds text at the end. */
  append(text) {
    this.#text += normal(text);
    this.#render(false);
  }

  /** Nothing follows. */
  finish() {
    this.#render(true);
    // What follows can change what came before, by a definition of a link for one. So the whole is read once.
    const tokens = lex(this.#text, {});
    const same = tokens.every((token, i) => token.raw === this.#frozen[i] && token.type !== 'def');
    if (same && tokens.length === this.#frozen.length) return;
    keepFocus(() => this.#target.replaceChildren(nodes(tokens, true)));
  }

  #render(last) {
    const rest = this.#text.slice(this.#done);
    const tokens = lex(rest, this.#links);
    const until = last ? tokens.length : settled(tokens);
    const done = tokens.slice(0, until);
    const fragment = nodes(done, true);
    const kept = fragment.childNodes.length;
    fragment.append(nodes(tokens.slice(until), false));
    morph(this.#target, fragment, this.#kept);
    this.#kept += kept;
    for (const { raw } of done) {
      this.#frozen.push(raw);
      this.#done += raw.length;
    }
  }
}

/**
 * How many of the blocks no further text can change: those before the last one whose first line is complete. ("2" after a
 * list may become "2. ", which goes on with it.)
 */
function settled(tokens) {
  let open = tokens.length - 1;
  const firstLineComplete = ({ type, raw }) => type !== 'space' && raw.replace(/^\n+/, '').includes('\n');
  while (open > 0 && !firstLineComplete(tokens[open])) open--;
  return Math.max(open, 0);
}

function lex(text, links) {
  const lexer = new Lexer(settings);
  lexer.tokens.links = links;
  return lexer.lex(text);
}

function nodes(tokens, complete) {
  if (tokens.length === 0) return document.createDocumentFragment();
  const fragment = sanitise(Parser.parse(tokens, settings));
  dress(fragment, complete);
  return fragment;
}

function normal(text) {
  return text.replaceAll('\r', '');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
