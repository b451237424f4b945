// What is kept of an answer: the events that draw it again, joined where one goes on with the other.

/** Of a tool's input, output and inner words, and of a thought, no more is kept. */
const LONGEST = 4_000;

export class AnswerLog {
  /** Pairs of an event's type and its data. */
  events = [];
  #takenBackLength = 0;

  /** How much was told, with what was taken back. */
  get told() { return JSON.stringify(this.events).length + this.#takenBackLength; }

  /** An event of the run. */
  add(type, data) {
    switch (type) {
      case 'message_start': this.events.push([type, {}]); break;
      case 'turn_reset': this.#takeBack(); break;
      case 'message_delta': this.#delta(data); break;
      case 'tool_start': this.events.push([type, { id: data.id, name: data.name, input: cut(data.input) }]); break;
      case 'tool_complete': this.events.push([type, { id: data.id, output: cut(data.output) }]); break;
      case 'tool_error': this.events.push([type, { id: data.id, error: cut(data.error) }]); break;
      case 'tool_event': this.#inner(data); break;
      default: // progress is over when the answer is read again
    }
  }

  /** The turn is asked for again, and nothing of it is kept. */
  #takeBack() {
    const begun = this.events.findLastIndex(([type]) => type === 'message_start');
    if (begun >= 0) this.#takenBackLength += JSON.stringify(this.events.splice(begun)).length;
  }

  #delta({ index, text, thinking, event, block, id, name }) {
    if (text !== undefined) this.#join('text', { index, text });
    else if (thinking !== undefined) this.#join('thinking', { index, thinking });
    else if (event === 'content_block_start' && id !== undefined) this.events.push(['message_delta', { index, event, block, id, name }]);
  }

  #join(field, data) {
    const [type, last] = this.events.at(-1) ?? [];
    if (type !== 'message_delta' || last.index !== data.index || last[field] === undefined) this.events.push(['message_delta', data]);
    else if (field === 'text' || last[field].length < LONGEST) last[field] += data[field];
  }

  #inner({ id, event }) {
    const last = this.events.findLast(([type, data]) => type === 'tool_event' && data.id === id)?.[1];
    if (event?.type !== 'message_delta' || last?.event.type !== 'message_delta') this.events.push(['tool_event', { id, event }]);
    else if (event.text !== undefined && last.event.text.length < LONGEST) last.event.text += event.text;
  }
}

/** All the words of the answer that these events draw. */
export function wordsOf(events) {
  let words = '';
  for (const [type, { text }] of events) {
    if (type === 'message_start' && words !== '') words += '\n\n';
    else if (type === 'message_delta' && text !== undefined) words += text;
  }
  return words;
}

function cut(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… ${text.length - LONGEST} more characters were not kept` : text;
}
