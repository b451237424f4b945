// Colours for code. The library's own way is a string of HTML, which the page's policy refuses; so its tree is walked.

const LONGEST = 100_000;

/** Nodes for code in a language; nothing if the language is not known or the code is very long. */
export function highlighted(code, language) {
  const library = window.hljs;
  if (!library.getLanguage(language) || code.length > LONGEST) return undefined;
  const { _emitter: emitter } = library.highlight(code, { language, ignoreIllegals: true });
  const fragment = document.createDocumentFragment();
  fragment.append(...emitter.rootNode.children.map(node));
  return fragment;
}

function node(part) {
  if (typeof part === 'string') return document.createTextNode(part);
  const span = document.createElement('span');
  if (part.scope) span.className = classes(part.scope);
  span.append(...part.children.map(node));
  return span;
}

/** As the library's style sheets have it: "title.function" is hljs-title and function_. */
function classes(scope) {
  const [first, ...rest] = scope.split('.');
  return [`hljs-${first}`, ...rest.map((part, i) => part + '_'.repeat(i + 1))].join(' ');
}
