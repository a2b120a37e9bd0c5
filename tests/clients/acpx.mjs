// acpx as the client: one-shot prompts, and a conversation that several runs of it share.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Acpx } from './acpx_runs.mjs';
import { defer, test, until } from './cases.mjs';
import { checkAgentMessage } from './schema.mjs';

test('acpx exec', async () => {
  const { stdout } = await new Acpx().good('exec', 'say hello');
  assert.match(stdout, /You said: say hello/);
  assert.match(stdout, /\[done\] end_turn/);
});

test('acpx exec, quiet, with token counts', async () => {
  const given = '[[usage:input=11,output=5,cache_read=70]] [[say:quietly]]';
  const { stdout, stderr } = await new Acpx().good('--format', 'quiet', 'exec', given);
  assert.equal(stdout.trim(), 'quietly');
  assert.match(stderr, /\[acpx\] tokens: input=11 output=5 cache_read=70 total=86/);
});

test('acpx exec, strict JSON', async () => {
  const { stdout, stderr } = await new Acpx()
    .good('--approve-all', '--format', 'json', '--json-strict', 'exec', '[[ask:May I?]]');
  assert.equal(stderr, '');
  const messages = stdout.trim().split('\n').map((line) => JSON.parse(line));
  // The traffic of both sides, whose ids are counted apart.
  const ofAgent = ({ method, result }) => ['session/update', 'session/request_permission']
    .includes(method) || (result && !result.outcome);
  const asked = new Map(messages.filter((each) => each.method && !ofAgent(each))
    .map(({ id, method }) => [id, method]));
  for (const each of messages.filter(ofAgent)) {
    assert.deepEqual(checkAgentMessage(each, (id) => asked.get(id)), []);
  }
  const text = messages.map(({ params }) => params?.update)
    .filter((update) => update?.sessionUpdate === 'agent_message_chunk')
    .map(({ content }) => content.text).join('');
  assert.equal(text, 'Allowed: once');
});

test('acpx exec serves files and terminals', async () => {
  const acpx = new Acpx();
  writeFileSync(join(acpx.project, 'in.txt'), 'twelve bytes');
  const { stdout } = await acpx.good('--approve-all', '--format', 'quiet', 'exec',
    '[[read:in.txt]] [[write:out.txt:made]] [[run:echo ran; exit 4]]');
  assert.match(stdout, /Read 12 bytes\..*Written\..*Exit 4: ran/s);
  assert.equal(readFileSync(join(acpx.project, 'out.txt'), 'utf8'), 'made');
});

test('acpx exec with everything denied', async () => {
  const acpx = new Acpx();
  const { stdout } = await acpx.run('--deny-all', '--format', 'quiet', 'exec',
    '[[ask:May I?]] [[write:out.txt:made]]');
  assert.match(stdout, /Not allowed\./);
  assert.ok(!existsSync(join(acpx.project, 'out.txt')));
});

test('acpx exec of a turn that fails', async () => {
  const { code, stderr, stdout } = await new Acpx().run('exec', '[[fail:usage_limit]]');
  assert.notEqual(code, 0);
  assert.match(stdout + stderr, /usage_limit/);
});

test('acpx keeps a conversation', async () => {
  const acpx = new Acpx();
  const { stdout: created } = await acpx.good('--format', 'quiet', 'sessions', 'new');
  assert.match(created, /^[0-9A-HJKMNP-TV-Z]{26}$/m);
  defer(() => acpx.run('sessions', 'close'));
  const say = async (text) =>
    (await acpx.good('--format', 'quiet', '--approve-all', '--ttl', '60', text)).stdout.trim();
  assert.equal(await say('the key is under the mat'), 'You said: the key is under the mat');
  assert.equal(await say('[[recall]]'), 'I was told:\n1. the key is under the mat');
  await acpx.good('set-mode', 'read-only');
  assert.equal(await say('[[say:Trying.]] [[write:out.txt:made]]'), 'Trying.');
  assert.ok(!existsSync(join(acpx.project, 'out.txt')));
  await acpx.good('set', 'model', 'owl');
  assert.match((await acpx.good('status')).stdout, /model: owl/);

  await acpx.good('set-mode', 'auto');
  const turn = acpx.run('--approve-all', '--format', 'json', '[[write:started.txt:x]] [[hang]]');
  await until('the turn to run', () => existsSync(join(acpx.project, 'started.txt')));
  assert.match((await acpx.good('cancel')).stdout, /cancel requested/);
  assert.match((await turn).stdout, /"stopReason":"cancelled"/);
  assert.match(await say('[[recall]]'), /the key is under the mat/);
});

test('acpx lists a session, and goes on with it in a new process', async () => {
  const acpx = new Acpx();
  await acpx.good('--format', 'quiet', 'sessions', 'new');
  const status = async () => (await acpx.good('status')).stdout;
  const say = (text) => acpx.good('--format', 'quiet', '--approve-all', '--ttl', '1', text);
  await say('the key is under the mat');
  // The next words then need a process of their own.
  await until('the agent to have gone', async () => /^status: idle$/m.test(await status()));
  assert.match((await acpx.good('sessions', 'list')).stdout, /the key is under the mat/);
  assert.match((await say('[[recall]]')).stdout, /1\. the key is under the mat/);
  await acpx.run('sessions', 'close');
});
