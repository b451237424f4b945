// Conversations, kept in this browser: each under a key of its own, so that tabs do not write over each other's.

const PREFIX = 'sluice.chat.';
const MOST = 30;

/** All that are kept, the newest first. */
export function kept() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
      .map((key) => parsed(localStorage.getItem(key))).filter((chat) => chat !== undefined)
      .sort((a, b) => b.at - a.at);
  } catch {
    return [];
  }
}

/** Keeps one, and forgets the oldest of too many. */
export function keep(chat) {
  try {
    localStorage.setItem(PREFIX + chat.id, JSON.stringify(chat));
    for (const old of kept().slice(MOST)) forget(old.id);
  } catch {
    // full or forbidden: it lives as long as the page
  }
}

export function forget(id) {
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    // was not kept
  }
}

function parsed(json) {
  try {
    const chat = JSON.parse(json);
    return typeof chat.id === 'string' && Array.isArray(chat.messages) ? chat : undefined;
  } catch {
    return undefined;
  }
}
