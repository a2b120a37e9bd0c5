// A project's repository that moves between two turns of a session: what the client is asked and told,
// how the session goes on in each way, and what the agent knows then.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { longTest, test, until } from '../clients/cases.mjs';
import { World } from './world.mjs';

const ways = ['fast-forward', 'fork', 'rebuild'];
export const begin = '[The repository has moved]';

class Repository {
  constructor(path) {
    this.path = path;
    rmSync(join(path, '.git'), { recursive: true, force: true });
    this.git('init', '-q', '-b', 'main');
    this.commit('begin');
  }

  git(...args) {
    return execFileSync('git', ['-C', this.path, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } }).trim();
  }

  commit(subject) {
    this.git('commit', '-q', '--allow-empty', '-m', subject);
    return this.git('rev-parse', 'HEAD');
  }
}

/// What is done to the repository between the two turns, and what is said of it; without words
/// nothing has moved. Where there is no branch to go on with, nobody is asked.
const moves = {
  switched: [(it) => { it.git('switch', '-q', '-c', 'topic/a'); it.commit('on the topic'); },
    /ended on main at .*; now it is topic\/a at .*descends from the earlier one: 1 commit is new.*on the topic/s],
  rebased: [(it) => {
    it.git('switch', '-q', '-c', 'below', 'HEAD~1');
    it.commit('below it');
    it.git('switch', '-q', 'main');
    it.git('rebase', '-q', '--empty=keep', '--reapply-cherry-picks', 'below');
  }, /does not descend.*1 commit is not there any more, 2 commits are new.*below it/s],
  reset: [(it) => { it.git('reset', '-q', '--hard', 'HEAD~1'); },
    /does not descend.*1 commit is not there any more, 0 commits are new/s],
  pulled: [(it) => { it.commit('theirs, one'); it.commit('theirs, two'); },
    /descends from the earlier one: 2 commits are new.*theirs, two.*theirs, one/s],
  amended: [(it) => { it.git('commit', '-q', '--amend', '--allow-empty', '-m', 'the same, amended'); },
    /does not descend.*1 commit is not there any more, 1 commit is new.*amended/s],
  detached: [(it) => { it.git('checkout', '-q', '--detach'); },
    /ended on main at .*; now it is no branch at .*The commit is the same/s, 'unasked'],
  'no git': [(it) => { rmSync(join(it.path, '.git'), { recursive: true }); }, undefined],
};

/// A server whose client shows the names of options, and chooses by them.
export class Place {
  static async make(backend, settings, environment = {}) {
    const place = new Place();
    place.backend = backend;
    place.world = await World.make({ settings });
    const plain = place.world.ofCodex.environment();
    place.world.ofCodex.environment = () => ({ ...plain, ...environment });
    place.server = await place.world.serve(backend, 'zed');
    place.asked = [];
    place.answer = () => { throw new Error('it was not to be asked'); };
    place.server.handlers['session/request_permission'] = (params) => {
      place.asked.push(params);
      return { outcome: place.answer(params) };
    };
    return place;
  }

  get project() { return this.world.project; }

  choose(way) {
    this.answer = ({ options }) => ({ outcome: 'selected',
      optionId: options.find(({ name }) => name.toLowerCase().startsWith(
        { 'fast-forward': 'go on here' }[way] ?? way)).optionId });
  }

  async begin(prompt) {
    this.repository = new Repository(this.project);
    this.repository.commit('the last one');
    this.asked.length = 0;
    const session = await this.server.newSession(this.project);
    await this.server.prompt(session, prompt);
    return session;
  }

  /// What the model of the backend is given in a turn of these words: in all, or of a rehearsal
  /// agent what it remembers.
  async given(session, words) {
    if (this.backend === 'rehearsal') {
      await this.server.prompt(session, '[[recall]]');
      const text = this.server.text(session);
      return text.slice(text.lastIndexOf('I was told'));
    }
    const requests = () => this.world.requests(this.backend).filter((each) => each.includes(words));
    await until(`the model to be given "${words}"`, () => requests().length > 0);
    return requests().at(-1);
  }

  transcript(session) {
    const state = join(this.world.ofCodex.home, 'state');
    const found = readdirSync(state, { recursive: true })
      .find((each) => each.endsWith(`${session}/transcript.jsonl`));
    return readFileSync(join(state, found), 'utf8');
  }

  async load(session) {
    await this.server.request('session/load', { sessionId: session, cwd: this.project, mcpServers: [] });
  }
}

/// JSON in JSON: what a request of a model holds of a text.
const flat = (text) => text.replaceAll('\\n', '\n').replaceAll('\\"', '"');

async function playMove(place, move, way) {
  const [change, says, unasked] = moves[move];
  const session = await place.begin(`plant a walnut before it is ${move}, ${way}`);
  const parent = place.transcript(session);
  change(place.repository);
  place.choose(way);
  const words = `and an oak once it is ${move}, ${way}`;
  const { stopReason, _meta: { tine } } = await place.server.prompt(session, words);
  assert.equal(stopReason, 'end_turn');
  if (!says) {
    assert.equal(place.asked.length, 0);
    assert.equal(tine.drift, undefined);
    assert.ok(!flat(await place.given(session, words)).includes(begin));
    return;
  }
  assert.equal(place.asked.length, unasked ? 0 : 1);
  if (!unasked) {
    const { toolCall } = place.asked[0];
    assert.match(toolCall.title, /^The repository has moved since this session's last turn\./);
    assert.match(toolCall.content.map(({ content: { text } }) => text).join('\n'), says);
  }
  const goes = unasked ? 'fast-forward' : way;
  assert.equal(tine.drift.way, goes);
  const child = tine.drift.session;
  assert.equal(child !== undefined, goes !== 'fast-forward');
  if (child) {
    assert.equal(place.transcript(session), parent, 'the session is as it was');
    await place.load(child);
  }
  const given = flat(await place.given(child ?? session, words));
  assert.ok(given.includes(begin));
  assert.match(given.slice(given.lastIndexOf(begin)), says);
  assert.ok(given.includes(`plant a walnut before it is ${move}, ${way}`), 'it knows what was said before');
  assert.equal(given.split(begin).length, 2, 'it is told once');
  assert.ok(given.lastIndexOf(begin) < given.lastIndexOf(words), 'in front of the prompt');
  if (goes === 'rebuild') assert.match(given, /\[Memory of this project\].*Grow a wood.*\[Record of an earlier conversation\].*walnut/s);

  // Where it stands now is known from here on.
  place.answer = () => assert.fail('it has not moved again');
  await place.server.prompt(child ?? session, `and an ash, after ${move}, ${way}`);
  assert.equal(place.asked.length, unasked ? 0 : 1);
}

/// `long`: ways that `./run test --all` alone plays.
export function playMoves(backend, long = []) {
  for (const way of ways) {
    const register = long.includes(way) ? longTest : test;
    register(`drift: ${backend}, ${way}: ${Object.keys(moves).join(', ')}`, async () => {
      const place = await Place.make(backend, '[memory]\ndrift = "ask"\n');
      execFileSync(process.env.TINE, ['memory', 'goal', 'Grow a wood'],
        { cwd: place.project, env: { ...process.env, ...place.world.ofCodex.environment() } });
      for (const move of Object.keys(moves)) await playMove(place, move, way);
    });
  }
}
