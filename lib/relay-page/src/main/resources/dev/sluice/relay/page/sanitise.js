// The gate between what a model wrote and the document. Names what may pass; everything else is dropped.

const TAGS = ['#text', 'p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'strong', 'em', 'del', 'code', 'pre', 'blockquote',
  'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'img', 'input'];
const ATTRIBUTES = ['href', 'title', 'src', 'alt', 'align', 'start', 'class', 'type', 'checked', 'disabled'];
const LINKS = new Set(['http:', 'https:', 'mailto:']);
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[a-z0-9+/=]+$/i;

const purifier = window.DOMPurify;
purifier.addHook('afterSanitizeAttributes', (node) => {
  for (const { name } of [...node.attributes]) {
    if (!permitted(node, name, node.getAttribute(name))) node.removeAttribute(name);
  }
  if (node.localName === 'a' && node.hasAttribute('href')) {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  if (node.localName === 'input') {
    node.setAttribute('type', 'checkbox');
    node.setAttribute('disabled', '');
  }
});

/** Nodes for some HTML, of permitted elements, attributes and addresses only. */
export function sanitise(html) {
  // Nodes and not a string: nothing is parsed a second time, and the page itself needs no right to make HTML of text. The one
  // Trusted Types policy is the purifier's own, "dompurify".
  return purifier.sanitize(html, {
    ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES, ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, KEEP_CONTENT: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

function permitted(node, name, value) {
  switch (name) {
    case 'href': return node.localName === 'a' && isLink(value);
    case 'src': return node.localName === 'img' && isPicture(value);
    case 'class': return node.localName === 'code' && /^language-[\w+#.-]{1,40}$/.test(value);
    case 'target': case 'rel': return node.localName === 'a';
    default: return true;
  }
}

/** Whether a link may lead there: absolute, and to the web or a mail address. */
export function isLink(address) {
  try {
    return LINKS.has(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** Whether a picture may be shown. None is fetched from elsewhere: its address could carry away what the answer says. */
export function isPicture(address) {
  return PICTURE.test(address);
}
