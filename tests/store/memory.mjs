// The memory of a project while two processes write to it in eight sessions on two branches, and are
// killed again and again, in the store and in the repository: whatever stood in its files once still
// stands there, they can be read at any moment, and links never make a circle.
//
// TINE_SEED repeats a run's decisions; TINE_KILLS is how many servers are killed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from '../clients/node_modules/ajv/dist/ajv.js';
import { directory, sleep, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Place } from './place.mjs';

const seed = Number(process.env.TINE_SEED ?? randomInt(2 ** 31));
const kills = Number(process.env.TINE_KILLS ?? 30);
const ajv = new Ajv.default();
const judges = Object.fromEntries(['project_state', 'session_memory'].map((name) => [name,
  ajv.compile(JSON.parse(readFileSync(new URL(`../../schemas/${name}.v1.schema.json`, import.meta.url), 'utf8')))]));

const git = (cwd, ...args) => execFileSync('git', ['-C', cwd, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args],
  { stdio: 'pipe', encoding: 'utf8' }).trim();

/// mulberry32
function dice(state) {
  return (below) => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/// Takes away what needs nothing that is left, until nothing is.
function assertAcyclic(tasks) {
  let left = tasks;
  while (left.length > 0) {
    const ids = new Set(left.map(({ id }) => id));
    const next = left.filter(({ needs }) => (needs ?? []).some((id) => ids.has(id)));
    assert.ok(next.length < left.length, `a circle: ${JSON.stringify(left.map(({ id, needs }) => [id, needs]))}`);
    left = next;
  }
}

class World {
  place = new Place();
  topic = join(directory('work trees'), 'topic');
  env;
  seen = new Set();
  servers = [];

  constructor(location) {
    this.env = { TINE_MEMORY_KEEP: 'true', TINE_MEMORY_LOCATION: location };
    this.shared = location === 'repo' ? join(this.place.cwd, '.tine/project_state.json') : null;
    git(this.place.cwd, 'init', '-q', '-b', 'main');
    git(this.place.cwd, 'commit', '-q', '--allow-empty', '-m', 'begin');
    git(this.place.cwd, 'worktree', 'add', '-q', '-b', 'topic', this.topic);
  }

  async serve(sessions) {
    const server = await this.place.serve({ env: this.env, judged: 20 });
    for (const each of sessions) {
      if (each.id) {
        await server.request('session/resume', { sessionId: each.id, cwd: each.cwd, mcpServers: [] });
      } else {
        each.id = await this.place.make(server, { cwd: each.cwd });
      }
    }
    return { server, sessions };
  }

  /// What stands in the files now, a line a fact.
  facts() {
    const root = join(this.place.state, 'tine');
    const facts = [];
    const names = readdirSync(root, { recursive: true }).map((name) => join(root, `${name}`));
    if (this.shared) {
      assert.ok(!names.some((name) => name.endsWith('project_state.json')));
      names.push(this.shared);
    }
    for (const name of names) {
      if (!name.endsWith('.json')) continue;
      let text;
      try {
        text = readFileSync(name, 'utf8');
      } catch {
        continue;  // a new name is about to be another's
      }
      const value = JSON.parse(text);
      const kind = name.endsWith('project_state.json') ? 'project_state' : 'session_memory';
      assert.ok(judges[kind](value), `${name}: ${JSON.stringify(judges[kind].errors)}`);
      assertAcyclic(value.tasks ?? []);
      for (const { id, title, needs } of value.tasks ?? []) for (const needed of needs ?? []) facts.push(`${title} (${id}) needs ${needed}`);
      for (const { id, title, status } of value.tasks ?? []) if (status === 'done') facts.push(`done: ${title} (${id})`);
      for (const { turn, stop } of value.turns ?? []) facts.push(`turn ${turn} of ${value.session} on ${value.branch}: ${stop}`);
    }
    return facts;
  }

  look() { for (const each of this.facts()) this.seen.add(each); }
}

for (const [location, times] of [['store', kills], ['repo', Math.ceil(kills / 3)]])
test(`memory: two processes with eight sessions are killed ${times} times, and nothing in the ${location} is lost (TINE_SEED=${seed})`, async () => {
  const roll = dice(seed);
  const world = new World(location);
  const by_hand = (...args) => runProgram(['tasks', ...args], { env: { ...world.place.env, ...world.env }, cwd: world.place.cwd });
  const sessions = (count, cwd) => Array.from({ length: count }, () => ({ cwd, turns: 0 }));
  world.servers = [
    await world.serve([...sessions(2, world.place.cwd), ...sessions(2, world.topic)]),
    await world.serve([...sessions(2, world.place.cwd), ...sessions(2, world.topic)]),
  ];
  const play = (round) => world.servers.map(({ server, sessions: its }) =>
    its.map((each, i) => server.prompt(each.id, `[[plan:round ${round} of ${each.id}|step ${i}]]`).catch(() => {})));
  for (let round = 0; round < times; ++round) {
    const victim = roll(2);
    const turns = play(round);
    const added = by_hand('add', `by hand ${round}`);
    // Both at once would be a circle: exactly one of them gets there.
    const linked = round < 2 ? [] : [[1, 2], [2, 1]].map(([one, other]) =>
      by_hand('link', `by hand ${round - one}`, `by hand ${round - other}`));
    await sleep(roll(150));  // somewhere in them
    world.servers[victim].server.child.kill('SIGKILL');
    await world.servers[victim].server.exited;
    world.look();
    await Promise.all(turns[1 - victim]);
    const { code, stderr } = await added;
    assert.equal(code, 0, stderr);
    const codes = (await Promise.all(linked)).map((each) => each.code).sort();
    assert.deepEqual(codes, round < 2 ? [] : [0, 2]);
    world.look();
    world.servers[victim] = await world.serve(world.servers[victim].sessions);
  }
  await Promise.all(play('last').flat());
  for (const { server } of world.servers) {
    server.stdin.end();
    await server.exited;
  }
  const now = new Set(world.facts());
  for (const each of world.seen) assert.ok(now.has(each), `${each} is lost`);
  for (const each of world.servers.flatMap(({ sessions: its }) => its))
    assert.ok([...now].some((fact) => fact.startsWith(`done: round last of ${each.id} (`)), each.id);
  const listed = await by_hand('list', '--all', '--json');
  assert.equal(listed.code, 0, listed.stderr);
  const titles = JSON.parse(listed.stdout).map(({ title }) => title);
  for (let round = 0; round < times; ++round) assert.ok(titles.includes(`by hand ${round}`));
  assert.equal([...now].filter((fact) => fact.startsWith('by hand') && fact.includes(' needs ')).length, Math.max(0, times - 2));
  assert.ok(world.seen.size > times, `${world.seen.size}`);
  assert.ok(existsSync(world.topic));
});
