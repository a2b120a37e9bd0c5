// Verbs about sessions in which another process works: wait, cancel, follow.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { kill } from 'node:process';

import { program, test, until } from '../clients/cases.mjs';
import { environment, Server } from '../clients/server.mjs';
import { Place } from './place.mjs';

/// A server in the place whose session is at work; `answer` is what its prompt is answered.
async function atWork(place, prompt = '[[say:on it]] [[hang]]') {
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.project);
  const answer = server.request('session/prompt',
    { sessionId: session, prompt: [{ type: 'text', text: prompt }] });
  await server.waitFor('an answer', ({ params }) =>
    params?.sessionId === session && params.update?.content?.text === 'on it');
  return { server, session, answer };
}

test('cancel ends the turn of another process, and that one alone', async () => {
  const place = new Place();
  const { server, session, answer } = await atWork(place);
  const other = await server.newSession(place.project);
  const still = server.request('session/prompt',
    { sessionId: other, prompt: [{ type: 'text', text: '[[say:here]] [[hang]]' }] });
  await server.waitFor('the other', ({ params }) => params?.update?.content?.text === 'here');
  assert.equal(await place.says('cancel', session), `cancelled ${session}\n`);
  assert.equal((await answer).stopReason, 'cancelled');
  assert.equal((await place.ends(1, 'cancel', session)).stderr.split('\n')[0],
    'tine: no turn of the session runs');
  // What was asked counts for no later turn.
  assert.equal((await server.prompt(session, 'hello')).stopReason, 'end_turn');
  await place.says('cancel', other);
  assert.equal((await still).stopReason, 'cancelled');
  await place.ends(6, 'cancel', '01ZZZZ');
});

test('cancel of a turn whose process is stopped gives up and says so', async () => {
  const place = new Place();
  const { server, session } = await atWork(place);
  kill(server.pid, 'SIGSTOP');
  try {
    const { stderr } = await place.ends(12, 'cancel', session);
    assert.match(stderr, /^tine: the turn has not ended in time\n {6}Its process may be stopped/);
  } finally {
    kill(server.pid, 'SIGCONT');
  }
});

test('follow shows a session and what another process does in it, until its turn ends', async () => {
  const place = new Place();
  const { server, session } = await atWork(place, '[[say:on it]] [[hang]]');
  server.notify('session/cancel', { sessionId: session });
  await server.waitFor('the end', ({ result }) => result?.stopReason === 'cancelled');
  const { _meta } = await server.prompt(session, 'hello');
  const whole = await place.says('follow', session);
  assert.equal(whole, '> [[say:on it]] [[hang]]\n\non it\n> hello\n\nYou said: hello\n');
  assert.equal(await place.says('follow', session, '--from', `${_meta.tine.seq}`), '');

  const answer = server.request('session/prompt',
    { sessionId: session, prompt: [{ type: 'text', text: '[[say:first]] [[pause:60000]]' }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'first');
  const seen = spawn(program, ['follow', session, '--json', '--from', `${_meta.tine.seq}`],
    { cwd: place.project, env: environment(place.env), stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((done) => { seen.on('close', done); });
  let text = '';
  seen.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
  await until('the prompt', () => text.includes('"type":"prompt"'));
  server.notify('session/cancel', { sessionId: session });
  await answer;
  assert.equal(await closed, 0);
  const types = text.split('\n').filter(Boolean).map((line) => JSON.parse(line).type);
  assert.deepEqual([types[0], types.at(-1)], ['prompt', 'turn_end']);
});

test('wait returns when the turns have ended, and says when their process has gone', async () => {
  const place = new Place();
  const { server, session, answer } = await atWork(place);
  const idle = (await place.json('run', 'hello')).sessionId;
  await place.says('wait', idle);
  assert.match((await place.ends(12, 'wait', idle, session, '--timeout', '1')).stderr,
    /^tine: a turn of 01\w+ still runs\n/);
  let ended = false;
  const waiting = place.tine(['wait', session]).then((end) => { ended = true; return end; });
  await place.says('wait', idle);
  assert.equal(ended, false);
  server.notify('session/cancel', { sessionId: session });
  await answer;
  assert.equal((await waiting).code, 0);

  const lost = await atWork(place);
  const gone = place.tine(['wait', lost.session]);
  lost.answer.catch(() => {});
  kill(lost.server.pid, 'SIGKILL');
  const { code, stderr } = await gone;
  assert.equal(code, 13);
  assert.match(stderr, /the process that ran the turn of 01\w+ has gone\n {6}`tine reply`/);
  assert.equal((await place.json('reply', lost.session, 'go on')).stopReason, 'end_turn');
});
