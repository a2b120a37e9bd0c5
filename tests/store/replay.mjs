// What a client has seen of a session and what it is shown when it loads it are the same.

import assert from 'node:assert/strict';

import { test } from '../clients/cases.mjs';
import { Place, recalled, refused, said } from './place.mjs';
import { follow, View } from './view.mjs';

/// It takes what others get a substitute for.
const client = { capabilities: { session: { compaction: {} } } };

const copy = (value) => JSON.parse(JSON.stringify(value));

/// A session, the view of the client that was there, and the views at the ends of its turns.
class Watched {
  seqs = [0];
  snapshots = [];

  static async begin(place, server) {
    const watched = new Watched();
    const answer = await server.request('session/new', { cwd: place.cwd, mcpServers: [] });
    watched.id = answer.sessionId;
    watched.move(server, new View());
    watched.view.opened(answer);
    watched.note(0);
    return watched;
  }

  /// Goes on with it at another server, as a client that has loaded it there.
  move(server, view = this.view) {
    this.server = server;
    this.view = follow(server, this.id, view);
    server.handlers['session/request_permission'] = ({ options }) =>
      ({ outcome: { outcome: 'selected', optionId: options[this.choice].optionId } });
    this.choice = 0;
  }

  note(seq) {
    this.seqs[this.snapshots.length] = seq;
    this.snapshots.push(copy(this.view.shown));
  }

  get next() { return this.snapshots.length; }

  ask(text) {
    this.view.asked(this.next, text);
    return this.server.prompt(this.id, text);
  }

  async prompt(text) {
    const answer = await this.ask(text);
    assert.equal(answer._meta.tine.turn, this.next);
    this.note(answer._meta.tine.seq);
    return answer;
  }

  /// Prompts, and waits for a tool call that stays open.
  async hold(text) {
    const seen = this.server.updates(this.id, 'tool_call').length;
    const answer = this.ask(`${text} [[open:A long job]] [[hang]]`);
    const over = answer.catch(() => {});
    await this.server.waitFor('the job',
      () => this.server.updates(this.id, 'tool_call_update').length > 0 &&
        this.server.updates(this.id, 'tool_call').length > seen);
    return { answer, over };
  }

  /// A turn that is cancelled.
  async cancelled(text) {
    const { answer } = await this.hold(text);
    this.server.notify('session/cancel', { sessionId: this.id });
    const { stopReason, _meta } = await answer;
    assert.equal(stopReason, 'cancelled');
    this.note(_meta.tine.seq);
  }

  /// A turn whose process is killed once all of it is in the file.
  async killed(place, text) {
    await this.hold(text);
    await place.recorded(this.id, `"toolCallId":"${this.openCall.call.toolCallId}","status":"in_progress"`);
    this.server.child.kill('SIGKILL');
    await this.server.exited;
    this.openCall.call.status = 'failed';
  }

  get openCall() {
    return this.view.items.findLast(({ call }) => call?.status === 'pending' ||
      call?.status === 'in_progress');
  }
}

async function loaded(place, server, id, fromSeq) {
  const view = follow(server, id);
  const answer = await place.load(server, id, fromSeq);
  view.opened(answer);
  return { shown: copy(view.shown), seq: answer._meta.tine.seq };
}

const prompts = [
  'Good morning. [[say:Good morning to you. What shall we do today, my friend?]]',
  '[[think:They want a plan.]] [[plan:Look around|Change it|Test it]] [[say:Here it is.]]',
  '[[tool:search:Find the parser]] [[say:Found it.]] [[tool:read:Read the parser]] [[say:Read it.]]',
  '[[ask:Paint it blue]] [[edit:notes.txt:old:new]] [[say:Painted]] [[say:twice]] [[say:over-1]]',
  '[[title:A better title]] [[burst:40:20]] [[say:x-1]] [[think:y-2]] [[say:z-3]] [[say:1 2 3]]',
  '[[compact:We painted]] [[plan:Rest]] [[fail:usage_limit]]',
];

/// Everything that can happen to a session, at one server.
async function fullSession(place, server) {
  const watched = await Watched.begin(place, server);
  for (const [i, text] of prompts.entries()) {
    watched.choice = i % 3;
    if (text.includes('[[fail')) {
      await refused(watched.ask(text));
      watched.note(null);
    } else {
      await watched.prompt(text);
    }
    if (i === 2) {
      await server.request('session/set_mode', { sessionId: watched.id, modeId: 'auto' });
      const answer = await server.request('session/set_config_option',
        { sessionId: watched.id, configId: 'model', value: 'owl' });
      watched.view.opened(answer);
    }
  }
  await watched.cancelled('[[think:Now what?]] [[say:Working on it]]');
  await watched.prompt('/tine-usage');
  await watched.prompt('[[recall]]');
  return watched;
}

test('load equals live: thoughts, tools, plan, permissions, failures, a cancelled turn', async () => {
  const place = new Place();
  const watched = await fullSession(place, await place.serve(client));
  const live = copy(watched.view.shown);
  for (const server of [watched.server, await place.serve(client)]) {
    const { shown, seq } = await loaded(place, server, watched.id);
    assert.deepEqual(shown, live);
    assert.equal(seq, watched.seqs.at(-1));
  }
});

test('load equals live: a killed process, and turns after it', async () => {
  const place = new Place();
  const watched = await fullSession(place, await place.serve(client));
  for (let i = 0; i < 3; i += 1) {
    await watched.killed(place, `[[think:Hm, ${i}.]] [[say:Going on, step by step, ${i}]]`);
    const server = await place.serve(client);
    const { shown, seq } = await loaded(place, server, watched.id);
    assert.deepEqual(shown, copy(watched.view.shown));
    watched.note(seq);
    watched.move(server);
    await watched.prompt(`[[say:Back again.]] [[tool:read:Look ${i}]] once more ${i}`);
    const again = await loaded(place, await place.serve(client), watched.id);
    assert.deepEqual(again.shown, copy(watched.view.shown));
  }
});

for (const [what, before, within] of [
  ['in the first turn', null, null],
  ['in the second turn', '[[say:Yes.]] one', null],
  ['in the first turn, after the mode was set', null, 'auto'],
  ['in the second turn, after the mode was set', '[[say:Yes.]] one', 'auto']]) {
  test(`load equals live: killed ${what}`, async () => {
    const place = new Place();
    const watched = await Watched.begin(place, await place.serve(client));
    if (before) await watched.prompt(before);
    await watched.hold('[[say:Working.]]');
    if (within) {
      await watched.server.request('session/set_mode', { sessionId: watched.id, modeId: within });
    }
    await place.recorded(watched.id, '"status":"in_progress"');
    watched.server.child.kill('SIGKILL');
    await watched.server.exited;
    watched.openCall.call.status = 'failed';
    const { shown } = await loaded(place, await place.serve(client), watched.id);
    assert.deepEqual(shown, copy(watched.view.shown));
  });
}

test('load from the end of a turn: what came after it, and only that', async () => {
  const place = new Place();
  const watched = await fullSession(place, await place.serve(client));
  await watched.killed(place, '[[say:Working]]');
  const server = await place.serve(client);
  const { shown: whole, seq } = await loaded(place, server, watched.id);
  watched.note(seq);
  for (const [turn, from] of watched.seqs.entries()) {
    if (from === null) continue;
    const { shown } = await loaded(place, server, watched.id, from);
    assert.deepEqual(shown.items, whole.items.slice(watched.snapshots[turn].items.length), `${turn}`);
    assert.deepEqual(shown.settings, whole.settings);
  }
  for (const wrong of [1, watched.seqs[1] - 1, seq + 1, 1e9, -1, 'x', 1.5]) {
    assert.equal((await refused(place.load(server, watched.id, wrong))).kind, 'invalid_params');
  }
});

test('load equals live: a fork of a fork at an earlier turn', async () => {
  const place = new Place();
  const first = await place.serve(client);
  const root = await fullSession(place, first);
  let parent = root;
  for (const [depth, at] of [[1, 4], [2, 3], [3, 5]]) {
    const server = await place.serve(client);
    const fork = new Watched();
    fork.id = await place.fork(server, parent.id, at);
    const { shown } = await loaded(place, server, fork.id);
    const { items, plan, usage } = parent.snapshots[at];
    assert.deepEqual({ items: shown.items, plan: shown.plan, usage: shown.usage },
      { items, plan, usage });
    const listed = (await place.list(server)).get(fork.id);
    assert.equal(listed._meta.tine.depth, depth);
    assert.equal(listed._meta.tine.turns, at);
    assert.equal(shown.title, listed.title);
    // The client that forked it is the one that goes on.
    const view = new View();
    Object.assign(view, copy(shown));
    view.remember();
    fork.snapshots = parent.snapshots.slice(0, at + 1);
    fork.seqs = parent.seqs.slice(0, at + 1);
    fork.move(server, view);
    await fork.prompt(`[[think:I am ${depth}]] [[say:Here is fork ${depth}]] [[tool:read:It]] f${depth}`);
    await fork.prompt(`[[plan:Fork ${depth}]] [[say:And again]] [[say:d-${depth}]] g${depth}`);
    await fork.cancelled('[[say:Never mind]]');
    const again = await loaded(place, await place.serve(client), fork.id);
    assert.deepEqual(again.shown, copy(fork.view.shown));
    parent = fork;
  }
  assert.deepEqual((await loaded(place, await place.serve(client), root.id)).shown, copy(root.view.shown));
});

/// new, prompt, fork, prompt in both, list, resume, close, cancel: `between` is called before each
/// step and gives the server for it.
async function story(place, between) {
  let server = await between(0);
  const parent = await place.make(server);
  server = await between(1, [parent]);
  assert.equal(await said(server, parent, '[[say:Noted.]] one'), 'Noted.');
  server = await between(2, [parent]);
  const child = await place.fork(server, parent);
  server = await between(3, [parent, child]);
  assert.equal(await said(server, parent, '[[say:Noted.]] two'), 'Noted.');
  assert.equal(await said(server, child, '[[say:Noted.]] three'), 'Noted.');
  server = await between(4, [parent, child]);
  const listed = await place.list(server);
  assert.deepEqual([...listed.keys()].sort(), [parent, child].sort());
  assert.equal(listed.get(child)._meta.tine.parent, parent);
  for (const id of [parent, child]) assert.equal(listed.get(id)._meta.tine.turns, 2);
  server = await between(5, [parent, child]);
  for (const id of [parent, child]) await place.resume(server, id);
  server = await between(6, [parent, child]);
  await server.request('session/close', { sessionId: parent });
  assert.equal((await refused(server.prompt(parent, 'hello'))).kind, 'session_not_found');
  server = await between(7, [child]);
  await place.resume(server, parent);
  for (const id of [parent, child]) {
    const turn = server.prompt(id, '[[say:On it.]] [[open:A job]] [[hang]]');
    await server.waitFor('the job', () => server.updates(id, 'tool_call').length > 0);
    server.notify('session/cancel', { sessionId: id });
    assert.equal((await turn).stopReason, 'cancelled');
  }
  server = await between(8, [parent, child]);
  assert.equal(await said(server, parent, '[[recall]]'), recalled(['one', 'two']));
  assert.equal(await said(server, child, '[[recall]]'), recalled(['one', 'three']));
}

for (const how of ['ends', 'is killed']) {
  test(`the server ${how} between any two steps of a story`, async () => {
    for (let gap = 0; gap <= 9; gap += 1) {
      const place = new Place();
      let server = await place.serve(client);
      await story(place, async (step, open = []) => {
        if (gap !== step && gap !== 9) return server;  // the last time at each step
        if (how === 'ends') server.stdin.end(); else server.child.kill('SIGKILL');
        await server.exited;
        assert.equal(server.stderr, '');
        server = await place.serve(client);
        for (const id of open) await place.resume(server, id);
        return server;
      });
    }
  });
}
