// The page: which conversation is shown, and what its parts tell each other.

import { bindComposer } from './composer.js';
import { Conversation } from './conversation.js';
import { Follow } from './follow.js';
import { bindPreferences, preferences } from './preferences.js';
import { bindDrawer, Sidebar } from './sidebar.js';
import { forget, kept } from './store.js';

/** A browser has six connections to a server, and one must be left to stop a run. */
const MOST_RUNNING = 4;
const CONNECTION = {
  idle: '', connecting: 'connecting', live: 'live', waiting: 'reconnecting', stopping: 'stopping', complete: 'done',
  stopped: 'stopped', failed: 'failed', lost: 'lost',
};

const $ = (id) => document.getElementById(id);
const sidebar = new Sidebar($('conversations'), show, drop);
const follow = new Follow($('scroller'), $('transcripts'), $('latest'), () => preferences.follow);
const conversations = kept().map((chat) => new Conversation(chat, changed));
let current;
let figures;

bindPreferences($('preferences'), $('theme'));
bindDrawer($('menu'), $('sidebar'), $('shade'));
bindComposer($('composer'), $('prompt'), send);
$('stop').addEventListener('click', () => current.stop());
$('new').addEventListener('click', () => begin());
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && !$('preferences').matches(':popover-open')) current.stop();
});
window.addEventListener('hashchange', fromAddress);
window.addEventListener('pagehide', () => conversations.forEach((one) => one.keep()));
if (!fromAddress()) begin();

/** The run that the address names is shown; another tab that is given the address watches it too. */
function fromAddress() {
  const stream = new URLSearchParams(location.hash.slice(1)).get('stream');
  if (!stream) return false;
  if (current?.has(stream)) return true;
  let conversation = conversations.find((one) => one.has(stream));
  if (conversation === undefined) {
    conversation = Conversation.watching(stream, changed);
    conversations.unshift(conversation);
  }
  show(conversation);
  return true;
}

function begin() {
  let empty = conversations.find((one) => one.isEmpty);
  if (empty === undefined) {
    empty = Conversation.empty(changed);
    conversations.unshift(empty);
  }
  show(empty);
  $('prompt').focus();
}

function show(conversation) {
  if (current !== undefined) current.element.hidden = true;
  current = conversation;
  if (!conversation.element.isConnected) $('transcripts').append(conversation.element);
  conversation.element.hidden = false;
  conversation.draw();
  changed(conversation);
  follow.toEnd();
}

function drop(conversation) {
  conversation.stop();
  forget(conversation.id);
  conversation.element.remove();
  conversations.splice(conversations.indexOf(conversation), 1);
  if (conversation === current) begin();
  else changed(current);
}

function send(text) {
  if (current.isRunning) return false;
  if (conversations.filter((one) => one.isRunning).length >= MOST_RUNNING) {
    $('figures').textContent = `${MOST_RUNNING} answers are being written. Stop one, or wait for one to end.`;
    return false;
  }
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
  sidebar.show(conversations, current);
  if (conversation !== current) return;
  const { state, isRunning, stream } = conversation;
  $('title').textContent = conversation.title;
  document.title = conversation.isEmpty ? 'Sluice' : `${conversation.title} – Sluice`;
  $('welcome').hidden = !conversation.isEmpty;
  $('send').hidden = isRunning;
  $('stop').hidden = !isRunning;
  showFigures();
  connection(state);
  const address = stream === undefined ? location.pathname : `#stream=${encodeURIComponent(stream)}`;
  if (location.hash !== (stream === undefined ? '' : address)) history.replaceState(null, '', address);
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
