// The page: which conversation is shown, and what its parts tell each other.

import { bindComposer } from './composer.js';
import { Conversation } from './conversation.js';
import { keepFocus } from './focus.js';
import { Follow } from './follow.js';
import { bindPreferences, preferences } from './preferences.js';
import { bindDrawer, Sidebar } from './sidebar.js';
import { kept, onOtherTab } from './store.js';
import { bindSuggestions } from './suggestions.js';

/** A browser has six connections to a server, and one must be left to stop a run. */
const MOST_RUNNING = 4;
const CONNECTION = {
  idle: '', connecting: 'connecting', live: 'live', waiting: 'reconnecting', stopping: 'stopping', complete: 'done',
  stopped: 'stopped', failed: 'failed', lost: 'lost',
};

const $ = (id) => document.getElementById(id);
const sidebar = new Sidebar($('conversations'), $('undone'), (conversation) => show(conversation), drop);
const follow = new Follow($('scroller'), $('transcripts'), $('latest'), () => preferences.follow);
const conversations = kept().map((chat) => new Conversation(chat, changed));
const dropped = []; // what can be undone
let current;
let figures;

bindPreferences($('preferences'), $('theme'));
bindDrawer($('menu'), $('sidebar'), $('shade'));
bindComposer($('composer'), $('prompt'), send);
bindSuggestions($('suggestions'), (question) => keepFocus(() => send(question)));
$('skip').addEventListener('click', () => $('prompt').focus());
$('stop').addEventListener('click', () => current.stop());
$('new').addEventListener('click', () => {
  begin(true);
  $('prompt').focus();
});
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && !$('preferences').matches(':popover-open')) current.stop();
});
document.addEventListener('visibilitychange', () => current.watch());
window.addEventListener('popstate', () => keepFocus(() => fromAddress(history.state === null)));
window.addEventListener('pagehide', () => conversations.forEach((one) => one.leave()));
window.addEventListener('pageshow', ({ persisted }) => persisted && kept().forEach(({ id, turns }) => turns.forEach((turn) => adopt(id, turn))));
onOtherTab(adopt, removed);
fromAddress(true);
if (current.isEmpty) $('prompt').focus();

/** Shows what the address names. A run that is not known here is watched, if it was given from elsewhere. */
function fromAddress(mayWatch) {
  const address = new URLSearchParams(location.hash.slice(1));
  const chat = history.state?.chat ?? address.get('chat');
  const stream = address.get('stream');
  let conversation = conversations.find(({ id }) => id === chat) ?? conversations.find((one) => stream && one.has(stream));
  if (conversation === undefined && stream && mayWatch) {
    conversation = Conversation.watching(chat, stream, changed);
    conversations.unshift(conversation);
  }
  if (conversation === undefined) begin(false);
  else show(conversation, false);
}

/** Shows a conversation in which nothing was said yet; `isStep` as for `show`. */
function begin(isStep) {
  let empty = conversations.find((one) => one.isEmpty);
  if (empty === undefined) {
    empty = Conversation.empty(changed);
    conversations.unshift(empty);
  }
  show(empty, isStep);
}

/** Shows a conversation; `isStep` tells whether the browser's Back leads to the one before. */
function show(conversation, isStep = true) {
  if (isStep && conversation !== current) history.pushState({ chat: conversation.id }, '', addressOf(conversation));
  if (current !== undefined) current.element.hidden = true;
  current = conversation;
  if (!conversation.element.isConnected) $('transcripts').append(conversation.element);
  conversation.draw();
  conversation.element.hidden = false;
  conversation.watch();
  changed(conversation);
  follow.toEnd();
}

function drop(conversation) {
  dropped.push({ conversation, place: conversations.indexOf(conversation), wasShown: conversation === current });
  conversation.forget();
  away(conversation);
  offerUndo();
}

function undo() {
  const { conversation, place, wasShown } = dropped.pop();
  conversation.keep();
  conversations.splice(place, 0, conversation);
  if (wasShown) show(conversation);
  else changed(current);
  offerUndo();
  sidebar.focus(conversation);
}

function offerUndo() {
  sidebar.offerUndo(dropped.at(-1)?.conversation, undo);
}

/** Takes a conversation from the page. */
function away(conversation) {
  keepFocus(() => {
    conversation.element.remove();
    conversations.splice(conversations.indexOf(conversation), 1);
    if (conversation === current) begin(false);
    else changed(current);
  });
}

/** Another tab has kept a turn. */
function adopt(chat, turn) {
  const conversation = conversations.find(({ id }) => id === chat);
  if (conversation !== undefined) return conversation.adopt(turn);
  conversations.unshift(new Conversation({ id: chat, turns: [turn] }, changed));
  return changed(current);
}

/** Another tab has forgotten a turn. */
function removed(chat, turn) {
  const conversation = conversations.find(({ id }) => id === chat);
  if (conversation === undefined) return;
  keepFocus(() => {
    conversation.remove(turn);
    if (conversation.isEmpty) away(conversation);
  });
}

function send(text) {
  if (current.isRunning) return false;
  if (conversations.filter((one) => one.isRunning).length >= MOST_RUNNING) {
    $('figures').textContent = `${MOST_RUNNING} answers are being written. Stop one, or wait for one to end.`;
    return false;
  }
  dropped.length = 0;
  offerUndo();
  conversations.splice(conversations.indexOf(current), 1);
  conversations.unshift(current); // the newest first
  current.send(text);
  follow.toEnd();
  return true;
}

/** Something about a conversation is new; if it has only grown, there is no hurry. */
function changed(conversation, grown = false) {
  if (grown) {
    figures ??= setTimeout(showFigures, 100);
    return;
  }
  keepFocus(() => redraw(conversation));
}

function redraw(conversation) {
  sidebar.show(conversations, current);
  if (conversation !== current) return;
  const { state, isRunning } = conversation;
  $('title').textContent = conversation.title;
  document.title = conversation.isEmpty ? 'Sluice' : `${conversation.title} – Sluice`;
  $('welcome').hidden = !conversation.isEmpty;
  $('send').hidden = isRunning;
  $('stop').hidden = !isRunning;
  showFigures();
  connection(state);
  const address = addressOf(conversation);
  if (history.state?.chat !== conversation.id || address !== (location.hash || location.pathname + location.search)) {
    history.replaceState({ chat: conversation.id }, '', address);
  }
}

function addressOf({ id, stream, isEmpty }) {
  if (isEmpty) return location.pathname + location.search;
  return `#${new URLSearchParams(stream === undefined ? { chat: id } : { chat: id, stream })}`;
}

function showFigures() {
  clearTimeout(figures);
  figures = undefined;
  $('figures').textContent = current.figures;
}

function connection({ name, detail }) {
  const label = $('connection');
  const text = detail === 'offline' ? 'offline' : CONNECTION[name];
  label.dataset.state = name;
  if (label.textContent !== text) label.textContent = text;
}
