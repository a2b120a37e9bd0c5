// Servers are killed at random moments while sessions stream. Nothing that was acknowledged is
// lost, nothing comes twice, and the sessions go on.
//
// TINE_SEED repeats a run's decisions; TINE_KILLS is how many servers are killed.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';

import { test } from '../clients/cases.mjs';
import { Place, recalled, TranscriptFile } from './place.mjs';
import { follow } from './view.mjs';

const seed = Number(process.env.TINE_SEED ?? randomInt(2 ** 31));
const kills = Number(process.env.TINE_KILLS ?? 220);

/// Mulberry32.
class Chance {
  constructor(start) { this.state = start >>> 0; }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /// From 0 to below `count`.
  below(count) { return Math.floor(this.next() * count); }
  pick(list) { return list[this.below(list.length)]; }
}

/// A prompt and all that the agent would say to it.
function makePrompt(chance, number) {
  const told = `fact-${number}`;
  const prompt = [told];
  const messages = [];
  let tools = 0;
  for (let left = 1 + chance.below(5); left > 0; left -= 1) {
    const directive = chance.pick(['say', 'say', 'tool', 'think', 'burst', 'plan', 'pause', 'pause']);
    if (directive === 'say') {
      const words = Array.from({ length: 1 + chance.below(80) }, (_, i) => `w${number}-${i}`);
      prompt.push(`[[say:${words.join(' ')}]]`);
      messages.push(words.join(' '));
    } else if (directive === 'burst') {
      const count = 1 + chance.below(60);
      prompt.push(`[[burst:${count}:40]]`);
      messages.push('.'.repeat(count * 40));
    } else if (directive === 'tool') {
      prompt.push(`[[tool:read:Look at ${number}]]`);
      tools += 1;
    } else if (directive === 'think') {
      prompt.push(`[[think:Hm, ${number}.]]`);
    } else if (directive === 'plan') {
      prompt.push('[[plan:One|Two|Three]]');
    } else {
      // Longer than a record may wait for its write: what came before is in the file then.
      prompt.push(`[[pause:${chance.below(160)}]]`);
    }
  }
  return { told, prompt: prompt.join(' '), messages, tools };
}

/// What its client knows of a session.
class Known {
  /// By number: what was acknowledged, and what a load has shown of turns that were cut off.
  turns = new Map();
  pending = null;
  /// What is left of turns that were cut off after they had begun to speak.
  static cut = new Set();
  /// How many of them the first load found locked.
  static leftOpen = 0;
  last = 0;  // the seq of the last acknowledged turn

  constructor(place, id) {
    this.id = id;
    this.file = new TranscriptFile(place.folder(id));
  }

  get told() {
    return [...this.turns.entries()].sort(([a], [b]) => a - b)
      .filter(([, { kept, told }]) => kept && told).map(([, { told }]) => told);
  }

  acknowledge({ turn, seq }) {
    assert.ok(!this.turns.has(turn), `turn ${turn} was there before`);
    assert.ok(seq > this.last, `seq ${seq} after ${this.last}`);
    this.turns.set(turn, { ...this.pending, seq, kept: true, whole: true });
    this.last = seq;
    this.pending = null;
  }

  /// Holds what a load has shown against all that is known.
  judge(view, after) {
    this.file.read();
    const seen = view.turns;
    const cursor = after.seq;
    for (const { tools } of seen.values()) {
      for (const { status } of tools) assert.ok(['completed', 'failed'].includes(status), status);
    }
    for (const [turn, known] of this.turns) {
      if (turn <= after.turn) {
        assert.ok(!seen.has(turn), `turn ${turn} lies before ${cursor}`);
        continue;
      }
      const shown = seen.get(turn);
      assert.ok(shown, `turn ${turn} of ${this.id} is missing`);
      assert.equal(shown.asked, known.prompt);
      assert.deepEqual(shown.messages, known.messages, `turn ${turn} of ${this.id}`);
      assert.equal(shown.tools.length, known.tools, `tool calls of turn ${turn} of ${this.id}`);
      seen.delete(turn);
    }
    // What remains is the prompt that got no answer, if it got there at all.
    assert.ok(seen.size <= 1, `turns too many: ${[...seen.keys()]}`);
    for (const [turn, shown] of seen) {
      assert.ok(this.pending, `turn ${turn} was never asked for`);
      assert.equal(shown.asked, this.pending.prompt);
      const end = this.file.ends.get(turn);
      // Now and then the dead process still has the lock: then the next prompt closes the turn.
      if (!end) Known.leftOpen += 1;
      const whole = end?.type === 'turn_end';
      if (whole) assert.deepEqual(shown.messages, this.pending.messages);
      // Of each message its end may be lost: a word that could have become a secret is held back.
      assert.ok(shown.messages.every((text, i) => this.pending.messages[i]?.startsWith(text)),
        `turn ${turn}: ${shown.messages}`);
      this.turns.set(turn, { ...this.pending, kept: whole, whole, messages: shown.messages,
        tools: shown.tools.length });
    }
    this.pending = null;
    for (const [, { whole, messages }] of this.turns) {
      if (!whole && messages.length > 0) Known.cut.add(messages.join('\n'));
    }
    for (const [turn, { seq }] of this.turns) {
      if (seq && seq > this.file.records[0].seq) assert.equal(this.file.ends.get(turn)?.seq, seq);
    }
  }

  /// Where to load from: the end of an acknowledged turn, or the beginning.
  cursor(chance, whole) {
    const ends = [...this.turns].filter(([, { seq }]) => seq).slice(-8);
    if (whole || ends.length === 0) return { turn: 0, seq: 0 };
    const [turn, { seq }] = chance.pick(ends);
    return { turn, seq };
  }
}

/// The sessions, and the servers that come and go.
class World {
  sessions = [];
  #prompts = 0;
  #opened = 0;

  constructor(chance) { this.chance = chance; }

  async begin(count) {
    const server = await this.place.serve();
    for (let i = 0; i < count; i += 1) {
      const id = await this.place.make(server);
      await server.prompt(id, '[[say:Hello.]]');
      const known = new Known(this.place, id);
      const { records } = known.file;
      known.file.read();
      known.turns.set(1, { prompt: '[[say:Hello.]]', told: '', messages: ['Hello.'], tools: 0,
        kept: true, whole: true, seq: records.at(-1).seq });
      known.last = records.at(-1).seq;
      this.sessions.push(known);
    }
    server.child.kill('SIGKILL');
    await server.exited;
  }

  place = new Place();

  async openAll(server) {
    for (const known of [...this.sessions]) {
      const after = known.cursor(this.chance, this.#opened++ % 32 === 0);
      const view = follow(server, known.id);
      const answer = await this.place.load(server, known.id, after.seq);
      server.onMessage = this.count;
      known.judge(view, after);
      const end = [...known.file.ends.values()].at(-1) ?? known.file.records[0];
      assert.equal(answer._meta.tine.seq, end.seq);
    }
  }

  async recall(server, known) {
    const prompt = '[[recall]]';
    known.pending = { prompt, told: '', messages: [recalled(known.told)], tools: 0 };
    const heard = server.text(known.id).length;
    const answer = await server.prompt(known.id, prompt);
    assert.equal(server.text(known.id).slice(heard), known.pending.messages[0]);
    known.acknowledge(answer._meta.tine);
  }

  async talk(server, known) {
    for (;;) {
      known.pending = makePrompt(this.chance, this.#prompts++);
      const answer = await server.prompt(known.id, known.pending.prompt);
      assert.equal(answer.stopReason, 'end_turn');
      known.acknowledge(answer._meta.tine);
      if (this.sessions.length < 7 && this.chance.below(25) === 0) await this.fork(server, known);
    }
  }

  async fork(server, parent) {
    const params = { sessionId: parent.id, cwd: this.place.cwd, mcpServers: [] };
    const answer = await server.request('session/fork', params);
    const { at } = answer._meta.tine.fork;
    const known = new Known(this.place, answer.sessionId);
    for (const [turn, each] of parent.turns) if (turn <= at.turn) known.turns.set(turn, { ...each });
    known.last = at.seq;
    this.sessions.push(known);
  }

  /// One server's life, until it is killed after a number of messages, counted from its start or
  /// from when it has opened all sessions.
  async live(early, messages) {
    let left = early ? messages : Infinity;
    let kill;
    const killed = new Promise((done) => { kill = done; });
    const server = await this.place.serve({ judged: 20 });
    this.count = () => {
      left -= 1;
      if (left === 0) {
        server.child.kill('SIGKILL');
        kill();
      }
    };
    server.onMessage = this.count;
    let fault = null;
    const work = async () => {
      await this.openAll(server);
      await this.recall(server, this.chance.pick(this.sessions));
      if (!early) left = messages;
      await Promise.all(this.sessions.map((known) => this.talk(server, known)));
    };
    await Promise.race([killed, work().catch((error) => { fault = error; })]);
    if (fault) throw fault;
    await server.exited;
    // A kill can tear the line that is being written; nothing else is worth a word.
    const others = server.stderr.split('\n').filter((line) => line && !/ended in a torn line/.test(line));
    assert.deepEqual(others, []);
  }
}

const chance = new Chance(seed);
const world = new World(chance);
const inOneCase = 20;

for (let first = 0; first < kills; first += inOneCase) {
  const last = Math.min(first + inOneCase, kills) - 1;
  test(`kills ${first} to ${last} while sessions stream (TINE_SEED=${seed})`, async () => {
    if (first === 0) await world.begin(4);
    for (let i = first; i <= last; i += 1) {
      const early = chance.below(5) === 0;
      const messages = 1 + chance.below(early ? 300 : 500);
      try {
        await world.live(early, messages);
      } catch (fault) {
        fault.message = `kill ${i}, ${early ? 'early' : 'late'}, after ${messages}: ${fault.message}`;
        throw fault;
      }
    }
  });
}

test('after all kills every session is whole, and is listed', async () => {
  const server = await world.place.serve();
  const listed = await world.place.list(server);
  for (const known of world.sessions) {
    const view = follow(server, known.id);
    await world.place.load(server, known.id);
    known.judge(view, { turn: 0, seq: 0 });
    await world.recall(server, known);
    assert.equal(known.file.read(), 0);
    for (const turn of known.turns.keys())
      if (known.file.records[0].seq === 0) assert.ok(known.file.ends.has(turn), `turn ${turn} is open`);
    const isFork = known.file.records[0].data.parent !== undefined;
    assert.equal(listed.get(known.id)._meta.tine.depth > 0, isFork);
  }
  assert.ok(Known.leftOpen <= kills / 20, `${Known.leftOpen} turns were found locked`);
  // A run that never cuts a turn off in its text shows little.
  assert.ok(Known.cut.size > kills / 10, `only ${Known.cut.size} turns were cut off in their text`);
});
