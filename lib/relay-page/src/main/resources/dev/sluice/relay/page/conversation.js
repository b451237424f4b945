// A conversation: its turns, its part of the page, and the run that answers at the moment.

import { AnswerLog, wordsOf } from './answer-log.js';
import { Answer } from './answer.js';
import { copyOnClick } from './code-block.js';
import { element } from './element.js';
import { keepFocus } from './focus.js';
import { Meter } from './meter.js';
import { isSmooth } from './preferences.js';
import { RunStream } from './run-stream.js';
import { byTime, forget, isNewer, keep } from './store.js';
import { uniqueName } from './unique.js';

const UNANSWERED = { stream: undefined, how: undefined, error: undefined, retryable: undefined, figures: undefined };

export class Conversation {
  /** What the connection is doing: a name and a detail. */
  state = { name: 'idle' };
  #turns;
  #changed;
  #views = new Map(); // a turn's part of the page, by the turn's id
  #running; // {turn, log, meter, stream}
  #drawn = false;
  #forgotten = false;

  /**
   * `chat` is as the store keeps it; `changed(this, grown)` is called after each change: `grown` if it is
   * the answer that has become longer, and nothing else.
   */
  constructor({ id, turns }, changed) {
    this.id = id;
    this.#turns = turns;
    this.#changed = changed;
    this.element = element('div', { class: 'transcript', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages', hidden: true });
    copyOnClick(this.element);
  }

  static empty(changed) {
    return new Conversation({ id: uniqueName(), turns: [] }, changed);
  }

  /** A run of which only the name is known. */
  static watching(id, stream, changed) {
    const turn = { id: uniqueName(), at: Date.now(), tries: 1, stream, open: true, events: [] };
    return new Conversation({ id: id ?? uniqueName(), turns: [turn] }, changed);
  }

  get title() {
    if (this.isEmpty) return 'New conversation';
    return this.#turns[0].said?.split('\n')[0].slice(0, 80) ?? 'A shared answer';
  }
  get isEmpty() { return this.#turns.length === 0; }
  get isRunning() { return this.#running !== undefined; }
  get figures() { return (this.#running?.meter.toString() || this.#turns.at(-1)?.figures) ?? ''; }
  /** The last run's name, running or not. */
  get stream() { return this.#turns.findLast(({ stream }) => stream)?.stream; }

  has(stream) {
    return this.#turns.some((turn) => turn.stream === stream);
  }

  /** Puts what was said on the page, the first time that it is wanted. */
  draw() {
    if (this.#drawn) return;
    this.#drawn = true;
    for (const turn of this.#turns) this.#draw(turn);
  }

  /** Goes on with an answer that is not finished, whichever tab asked for it, if somebody looks. */
  watch() {
    if (this.isRunning || !this.#drawn || this.element.hidden || document.hidden || this.#forgotten) return;
    const turn = this.#turns.find(({ open, stream }) => open && stream);
    if (turn !== undefined) this.#run(turn, false, (listener) => RunStream.attach(turn.stream, listener));
  }

  /** Says something; the answer follows. */
  send(text) {
    this.draw();
    this.keep(); // it may be an old one that was forgotten to make room
    const at = Math.max(Date.now(), (this.#turns.at(-1)?.at ?? 0) + 1);
    const turn = { id: uniqueName(), at, tries: 0, said: text, events: [] };
    this.#turns.push(turn);
    this.#ask(turn, uniqueName());
  }

  stop() {
    this.#running?.stream.stop();
  }

  /** Has the store keep all of it. */
  keep() {
    this.#forgotten = false;
    for (const turn of this.#turns) keep(this.id, turn);
  }

  /** The page is left: what has come of an answer is kept. */
  leave() {
    if (!this.isRunning || this.#forgotten) return;
    this.#takeLog();
    keep(this.id, this.#running.turn);
  }

  /** Stops it and has the store forget it; `keep` undoes that. */
  forget() {
    this.#forgotten = true;
    this.stop();
    forget(this.id);
  }

  /** Takes what another tab has kept of a turn. */
  adopt(theirs) {
    if (this.#running?.turn.id === theirs.id) return; // it is watched here, and compared when it ends
    const mine = this.#turns.find(({ id }) => id === theirs.id);
    if (mine !== undefined && !isNewer(theirs, mine)) {
      if (isNewer(mine, theirs)) keep(this.id, mine); // the other tab had not heard of it when it wrote
      return;
    }
    const looksSame = mine?.how === theirs.how && mine?.open === theirs.open && isEqual(mine.events, theirs.events);
    if (mine === undefined) this.#turns.push(theirs);
    else Object.assign(mine, UNANSWERED, theirs);
    this.#turns.sort(byTime);
    if (this.#drawn && !looksSame) keepFocus(() => this.#draw(mine ?? theirs, true));
    this.watch();
    this.#changed(this);
  }

  /** Another tab has forgotten a turn. */
  remove(id) {
    if (this.#running?.turn.id === id) this.stop();
    this.#turns = this.#turns.filter((turn) => turn.id !== id);
    this.#views.get(id)?.remove();
    this.#views.delete(id);
    this.#forgotten = this.isEmpty;
  }

  #ask(turn, key) {
    const messages = this.#turns.slice(0, this.#turns.indexOf(turn))
      .flatMap(({ said, events }) => [{ role: 'user', content: said ?? '' }, { role: 'assistant', content: wordsOf(events) }])
      .concat({ role: 'user', content: turn.said }).filter(({ content }) => content !== '');
    Object.assign(turn, UNANSWERED, { tries: turn.tries + 1, key, open: true, events: [] });
    this.#run(turn, true, (listener) => RunStream.start({ chatId: this.id, messages }, key, listener));
  }

  #run(turn, fromStart, begin) {
    const run = { turn, log: new AnswerLog(), meter: new Meter(fromStart) };
    const blank = () => new Answer(isSmooth, (callKey, allowed) => run.stream.answer(callKey, allowed));
    let answer = blank();
    let isOld = false; // whether the next event replaces the shown answer, because the run begins again
    this.#show(turn, answer);
    this.#running = run;
    run.stream = begin({
      opened: (id) => {
        turn.stream = id;
        this.#keep(turn);
      },
      state: (name, detail) => this.#is({ name, detail }),
      anew: () => {
        isOld = true;
      },
      event: (type, data) => {
        if (isOld) {
          isOld = false;
          Object.assign(run, { log: new AnswerLog(), meter: new Meter(false) });
          answer = blank();
          keepFocus(() => this.#show(turn, answer));
        }
        run.meter.event(type, data);
        run.log.add(type, data);
        answer.event(type, data);
        this.#changed(this, true);
      },
      ended: ({ how, error, retryable }) => {
        const whole = this.#takeLog();
        this.#running = undefined;
        Object.assign(turn, { open: false, how, error, retryable, figures: run.meter.toString() || turn.figures });
        // What this browser had of an answer that the server has forgotten is still something.
        if (whole) keepFocus(() => answer.ended(turn, this.#againOf(turn)));
        else keepFocus(() => this.#draw(turn, true));
        this.#is({ name: how });
        this.#keep(turn);
        this.watch();
      },
    });
    this.#keep(turn);
  }

  /** The turn has what its run has told, if that is not less than it had; tells whether. */
  #takeLog() {
    const { turn, log } = this.#running;
    const whole = log.told >= JSON.stringify(turn.events).length;
    if (whole) turn.events = log.events;
    return whole;
  }

  /** What asks once more for an answer at the end. If it never began, the request may yet have been heard. */
  #againOf(turn) {
    if (turn.said === undefined) return undefined;
    return () => {
      if (this.isRunning || this.#turns.at(-1) !== turn) return;
      keepFocus(() => this.#ask(turn, turn.stream === undefined ? turn.key : uniqueName()));
    };
  }

  /** Draws a turn as it is kept; `live` if it comes while the reader looks. */
  #draw(turn, live = false) {
    const answer = Answer.kept(turn.events, live);
    if (!turn.open) answer.ended(turn, this.#againOf(turn));
    else if (!live && !turn.stream) answer.ended({ how: 'lost', error: 'The page was left before the answer began.', retryable: true }, this.#againOf(turn));
    this.#show(turn, answer);
  }

  /** The turn's part of the page, with this answer. */
  #show({ id, said }, answer) {
    const view = element('div', { class: 'turn' });
    if (said !== undefined) view.append(element('article', { class: 'said', 'aria-label': 'You' }, said));
    view.append(answer.element);
    const old = this.#views.get(id);
    this.#views.set(id, view);
    if (old !== undefined) old.replaceWith(view);
    else this.element.insertBefore(view, this.#views.get(this.#turns[this.#turns.findIndex((turn) => turn.id === id) + 1]?.id) ?? null);
  }

  #is(state) {
    this.state = state;
    this.#changed(this);
  }

  #keep(turn) {
    if (!this.#forgotten) {
      const best = keep(this.id, turn);
      if (best !== turn) this.adopt(best);
    }
    this.#changed(this);
  }
}

function isEqual(some, others) {
  return JSON.stringify(some) === JSON.stringify(others);
}
