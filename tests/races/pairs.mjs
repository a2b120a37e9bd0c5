// Every ordered pair of requests to one session in one write. Whatever the pair, each request gets
// its answer, what was acknowledged is there after a restart, and the store is in order.

import assert from 'node:assert/strict';

import { test, within } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Place, said } from '../store/place.mjs';

const patience = 30_000;

/// Refusals that a request may meet when another one has come just before it.
const refusals = ['session_not_found', 'cancelled', 'queue_full'];

/// What each request does: `ask` sends it; a notification is answered by nothing.
const requests = {
  prompt: (race) => race.server.prompt(race.session, '[[say:Yes.]] the second thing'),
  cancel: (race) => race.server.notify('session/cancel', { sessionId: race.session }),
  close: (race) => race.server.request('session/close', { sessionId: race.session }),
  delete: (race) => race.server.request('session/delete', { sessionId: race.session }),
  fork: (race) => race.place.fork(race.server, race.session),
  load: (race) => race.place.load(race.server, race.session),
  resume: (race) => race.place.resume(race.server, race.session),
  set_mode: (race) =>
    race.server.request('session/set_mode', { sessionId: race.session, modeId: 'read-only' }),
  set_config_option: (race) => race.server.request('session/set_config_option',
    { sessionId: race.session, configId: 'model', value: 'owl' }),
};
const names = Object.keys(requests);

/// A result, or the kind of the refusal.
async function outcome(server, what, answer) {
  const gone = server.exited.then(() => { throw new Error(`no answer to ${what}: it has ended`); });
  try {
    const either = Promise.race([answer, gone]);
    return { result: await within(patience, `the answer to ${what}`, either) };
  } catch (fault) {
    const kind = fault.data?.tine?.kind;
    if (!refusals.includes(kind)) throw fault;
    return { refused: kind };
  }
}

async function prepare(place, server, running) {
  const race = { place, server, session: await place.make(server) };
  await server.prompt(race.session, '[[say:Noted.]] the first thing');
  if (running) {
    race.turn = server.prompt(race.session, '[[open:A long job]] [[hang]]');
    await server.waitFor('the turn to run', ({ params }) => params?.sessionId === race.session &&
      params.update.sessionUpdate === 'tool_call');
  }
  return race;
}

async function play(race, pair) {
  const asked = race.server.together(() => pair.map((name) => requests[name](race)));
  const answers = asked.map((answer, i) => outcome(race.server, pair[i], answer));
  // All but prompts end by themselves.
  for (const [i, name] of pair.entries()) if (name !== 'prompt') await answers[i];
  race.server.notify('session/cancel', { sessionId: race.session });
  if (race.turn) await outcome(race.server, 'the first prompt', race.turn);
  race.answers = await Promise.all(answers);
}

/// What holds after a restart.
async function judge(place, server, race, pair) {
  const results = Object.fromEntries(pair.map((name, i) => [name, race.answers[i].result]));
  const acknowledged = (name) => pair.includes(name) && results[name] !== undefined;
  assert.ok(!pair.includes('delete') || acknowledged('delete'), 'the session is not deleted');
  assert.ok(!pair.includes('close') || acknowledged('close'), 'the session is not closed');
  for (const [i, name] of pair.entries()) {
    if (name !== 'fork' || race.answers[i].result === undefined) continue;
    const child = race.answers[i].result;
    await place.load(server, child);
    assert.match(await said(server, child, '[[recall]]'), /the first thing/);
  }
  const opened = await outcome(server, 'load', place.load(server, race.session));
  assert.equal(opened.refused, acknowledged('delete') ? 'session_not_found' : undefined);
  if (opened.refused) return;
  const { modes, configOptions } = opened.result;
  if (acknowledged('set_mode')) assert.equal(modes.currentModeId, 'read-only');
  if (acknowledged('set_config_option')) {
    assert.equal(configOptions.find(({ id }) => id === 'model').currentValue, 'owl');
  }
  const ended = race.answers.filter(({ result }, i) =>
    pair[i] === 'prompt' && result?.stopReason === 'end_turn');
  const heard = server.updates(race.session, 'user_message_chunk')
    .filter(({ content }) => content.text.includes('the second thing'));
  assert.ok(heard.length >= ended.length, 'a turn that was answered is nowhere');
  // What comes behind a close or a delete starts nothing.
  if (['close', 'delete'].includes(pair[0]) && pair[1] === 'prompt') {
    assert.equal(race.answers[1].refused, 'session_not_found');
    assert.equal(heard.length, 0);
  }
}

async function group(first, running) {
  const place = new Place();
  const env = { TINE_DURABILITY: 'turn', TINE_REHEARSAL_PREPARES: '1' };
  const server = await place.serve({ env });
  const races = await Promise.all(names.map(() => prepare(place, server, running)));
  const faults = [];
  await Promise.all(races.map(async (race, i) => {
    race.pair = [first, names[i]];
    try {
      await play(race, race.pair);
    } catch (fault) {
      faults.push(`${race.pair.join(', ')}: ${fault.message}`);
    }
  }));
  server.stdin.end();
  assert.deepEqual(await within(patience, 'the program to end', server.exited),
    { code: 0, signal: null });

  const next = await place.serve({ env });
  await Promise.all(races.filter(({ answers }) => answers).map(async (race) => {
    try {
      await judge(place, next, race, race.pair);
    } catch (fault) {
      faults.push(`${race.pair.join(', ')}: ${fault.message}`);
    }
  }));
  next.stdin.end();
  await next.exited;
  const { code, stdout } =
    await runProgram(['session', 'verify', '--all'], { env: place.env, cwd: place.cwd });
  if (code !== 0) faults.push(`session verify: ${stdout.split('\n').filter((line) => !/ good;/.test(line))}`);
  assert.deepEqual(faults, []);
}

for (const running of [false, true]) {
  for (const first of names) {
    test(`${running ? 'a turn runs' : 'idle'}: ${first}, then each in the same write`,
      () => group(first, running));
  }
}
