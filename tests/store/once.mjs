// A prompt with an id is given to the backend at most once, whenever tine is killed: each is sent,
// tine is killed somewhere in its turn, another tine is started, and the prompt is sent again, until
// it has an answer. A backend counts what it is given in a file.
//
// TINE_SEED repeats a run's decisions; TINE_KILLS is how many servers are killed.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, sleep, test } from '../clients/cases.mjs';
import { acting } from '../process/actors.mjs';
import { Place } from './place.mjs';

const seed = Number(process.env.TINE_SEED ?? randomInt(2 ** 31));
const kills = Number(process.env.TINE_KILLS ?? 200);
const inOneCase = 25;

/// When tine is killed: after so many messages that the client has got since the prompt, or after so
/// many milliseconds. A turn has four or five messages and takes some tens of milliseconds.
const moments = [
  ...Array.from({ length: 6 }, (_, messages) => ({ messages })),
  ...Array.from({ length: 24 }, (_, i) => ({ ms: 2 * i })),
];

/// The place, and what is known of its one session.
class World {
  given = join(directory('count'), 'given');
  counts = { played: 0, replayed: 0, interrupted: 0, answered: 0 };
  session = null;

  constructor() {
    // Each line with a turn is kept before the turn begins; then there is time for a kill.
    const onTurn = `printf '%s\\n' "$line" >> '${this.given}'; sleep 0.01`;
    const { XDG_STATE_HOME, ...env } = acting('codex', onTurn);
    this.env = env;
    this.place = new Place();
  }

  async serve() {
    const server = await this.place.serve({ env: this.env, judged: 20 });
    if (this.session === null) {
      this.session = await this.place.make(server);
    } else {
      await this.place.resume(server, this.session);
    }
    return server;
  }

  prompt(server, id) {
    return server.request('session/prompt', { sessionId: this.session,
      prompt: [{ type: 'text', text: `the words of ${id}.` }],
      _meta: { tine: { promptId: id } } });
  }

  /// How often the backend was given the prompt.
  timesGiven(id) {
    if (!existsSync(this.given)) return 0;
    return readFileSync(this.given, 'utf8').split('\n')
      .filter((line) => line.includes(`the words of ${id}.`)).length;
  }

  /// Sends the prompt and kills the server in its turn. Gives what was acknowledged before that.
  async cut(id, moment) {
    const server = await this.serve();
    const said = [];
    const due = new Promise((kill) => {
      server.onMessage = (message) => {
        if (message.params?.update?.content?.text) said.push(message.params.update.content.text);
        if (moment.messages !== undefined && (moment.messages -= 1) <= 0) kill();
      };
      if (moment.ms !== undefined) sleep(moment.ms).then(kill);
    });
    const answer = this.prompt(server, id).then((result) => ({ result, said: [...said] }), () => null);
    await Promise.race([due, answer]);
    const acknowledged = await Promise.race([answer, sleep(0).then(() => null)]);
    server.child.kill('SIGKILL');
    await server.exited;
    return acknowledged;
  }

  /// Sends it again; gives the answer or the error, and what was said.
  async again(server, id) {
    const from = server.messages.length;
    const end = await this.prompt(server, id).then((result) => ({ result }), (error) => ({ error }));
    end.updates = server.messages.slice(from).filter(({ method }) => method === 'session/update')
      .map(({ params }) => params.update);
    end.said = end.updates.map(({ content }) => content?.text).filter(Boolean);
    return end;
  }

  async life(id, moment) {
    const acknowledged = await this.cut(id, { ...moment });
    const before = this.timesGiven(id);
    const server = await this.serve();
    const first = await this.again(server, id);
    const times = this.timesGiven(id);
    assert.ok(times <= 1, `${id} was given to the backend ${times} times`);
    if (acknowledged) {
      assert.deepEqual(first.result, { ...acknowledged.result,
        _meta: { tine: { ...acknowledged.result._meta.tine, replayed: true } } });
      assert.deepEqual(first.said, acknowledged.said);
      this.counts.answered += 1;
    }
    if (first.error) {
      assert.equal(first.error.data?.tine?.kind, 'turn_interrupted', String(first.error));
      assert.equal(first.error.data.prompt.id, id);
      this.counts.interrupted += 1;
    } else if (first.result._meta.tine.replayed) {
      assert.equal(times, 1);
      assert.ok(first.updates.every((each) => each._meta?.tine?.replayOf === id));
      this.counts.replayed += 1;
    } else {
      assert.deepEqual([before, times], [0, 1], 'it is played only when the backend was not given it');
      this.counts.played += 1;
    }
    // Asked once more, it is told the same.
    const second = await this.again(server, id);
    assert.deepEqual(second.error?.data, first.error?.data);
    assert.deepEqual(second.said, first.said);
    if (first.result) {
      const { replayed, ...rest } = second.result._meta.tine;
      assert.equal(replayed, true);
      delete first.result._meta.tine.replayed;
      assert.deepEqual({ ...second.result, _meta: { tine: rest } }, first.result);
    }
    assert.equal(this.timesGiven(id), times);
    server.stdin.end();
    await server.exited;
  }
}

const world = new World();
let state = seed;
const below = (count) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % count;
};

for (let begin = 0; begin < kills; begin += inOneCase) {
  const end = Math.min(begin + inOneCase, kills);
  test(`a prompt id runs once: kills ${begin} to ${end - 1} (TINE_SEED=${seed})`, async () => {
    for (let i = begin; i < end; i += 1) {
      const moment = moments[below(moments.length)];
      try {
        await world.life(`id-${i}`, moment);
      } catch (fault) {
        fault.message = `kill ${i}, ${JSON.stringify(moment)}: ${fault.message}`;
        throw fault;
      }
    }
  });
}

test('the kills have met prompts in each state', () => {
  console.log(`      ${JSON.stringify(world.counts)}`);
  const { played, replayed, interrupted, answered } = world.counts;
  assert.equal(played + replayed + interrupted, kills);
  // A run that never meets one of them shows little.
  for (const count of [played, replayed, interrupted, answered]) assert.ok(count >= kills / 40);
});
