// Conversations, kept in this browser. Each turn (a question and its answer) has a key of its own, and one tab writes it: so
// that tabs that go on with the same conversation at the same time lose nothing of each other's.

const PREFIX = 'sluice.turn.';
/** So many conversations are kept. */
const MOST = 30;

/** All conversations that are kept, each as `{id, turns}`, the newest first. */
export function kept() {
  const chats = new Map();
  for (const [chat, id] of names()) {
    const turn = read(chat, id);
    if (turn === undefined) continue;
    if (!chats.has(chat)) chats.set(chat, { id: chat, turns: [] });
    chats.get(chat).turns.push(turn);
  }
  for (const { turns } of chats.values()) turns.sort(byTime);
  return [...chats.values()].sort((a, b) => byTime(b.turns.at(-1), a.turns.at(-1)));
}

/** Keeps a turn, unless a later state of it is kept already. Returns the one that is kept then. */
export function keep(chat, turn) {
  const there = read(chat, turn.id);
  if (there !== undefined && isNewer(there, turn)) return there;
  const json = JSON.stringify(turn);
  // The browser gives a site a few megabytes. When they are used up, the oldest conversations make room.
  while (!written(chat, turn.id, json)) {
    const oldest = kept().findLast(({ id }) => id !== chat);
    if (oldest === undefined) break;
    forget(oldest.id);
  }
  if (new Set(names().map(([id]) => id)).size > MOST) kept().slice(MOST).forEach(({ id }) => forget(id));
  return turn;
}

/** Forgets a conversation. */
export function forget(chat) {
  for (const [owner, id] of names()) if (owner === chat) localStorage.removeItem(key(chat, id));
}

/** Calls `changed(chat, turn)` for what another tab keeps, and `removed(chat, id)` for a turn that it forgets. */
export function onOtherTab(changed, removed) {
  window.addEventListener('storage', (event) => {
    if (!event.key?.startsWith(PREFIX)) return;
    const [chat, id] = parts(event.key);
    const turn = read(chat, id);
    if (turn === undefined) removed(chat, id);
    else changed(chat, turn);
  });
}

/** The order of turns. */
export function byTime(a, b) {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/** Whether a turn is a later state of another: asked again, ended, with a run, longer, or with more figures. */
export function isNewer(a, b) {
  const [one, other] = [a, b].map(({ tries, open, how, stream, events, figures }) =>
    [tries, how === 'complete' ? 2 : open ? 0 : 1, stream ? 1 : 0, JSON.stringify(events).length, figures?.length ?? 0]);
  const different = one.findIndex((value, i) => value !== other[i]);
  return different >= 0 && one[different] > other[different];
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map(parts);
  } catch {
    return []; // forbidden: everything lives as long as the page
  }
}

function read(chat, id) {
  try {
    const turn = JSON.parse(localStorage.getItem(key(chat, id)));
    return turn?.id === id && Array.isArray(turn.events) ? turn : undefined;
  } catch {
    return undefined;
  }
}

function written(chat, id, json) {
  try {
    localStorage.setItem(key(chat, id), json);
    return true;
  } catch {
    return false;
  }
}

function key(chat, id) {
  return `${PREFIX}${chat}.${id}`;
}

function parts(name) {
  const [chat, id] = name.slice(PREFIX.length).split('.');
  return [chat, id];
}
