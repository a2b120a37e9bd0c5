// The stories of real clients with a real ACP agent behind the program.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { Acpx } from '../clients/acpx_runs.mjs';
import { defer, running, until } from '../clients/cases.mjs';
import { allow, Editor, everything, unstable } from '../clients/sdk_editor.mjs';

/// A client of the SDK in a world, with an agent behind it.
async function edit(world, own = []) {
  const editor = await Editor.open(unstable, everything,
    { project: world.project, env: world.environment(), cwd: world.project });
  for (const method of own) editor.server.foreign.add(method);
  return editor;
}

/// acpx in a world.
class WorldAcpx extends Acpx {
  constructor(world) {
    super();
    this.home = world.home;
    this.project = world.project;
    this.environment = world.environment();
  }
}

export async function playSdk(world, { ask, counts = true, own }) {
  const editor = await edit(world, own);
  const { session } = editor.agent;
  const id = await editor.create();
  const first = await editor.ask(id, '[[say: noted]] plant a walnut');
  assert.equal(first.stopReason, 'end_turn');
  assert.equal(first.text, 'noted');
  if (counts) assert.ok(first.usage.totalTokens > 1000);

  const { sessionId: child } = await editor.request(session.fork,
    { sessionId: id, cwd: world.project, mcpServers: [] });
  // A soft fork quotes what was said, and the mocked model obeys that too.
  assert.match((await editor.ask(child, '[[say: mine]] then an oak')).text, /mine$/);
  assert.match(world.toldWith('then an oak'), /walnut/);
  assert.equal((await editor.ask(id, '[[say: yours]] and a beech')).text, 'yours');
  assert.doesNotMatch(world.toldWith('and a beech'), /an oak/);
  const { sessions } = await editor.request(session.list, { cwd: world.project });
  assert.deepEqual(sessions.map(({ sessionId }) => sessionId).sort(), [id, child].sort());
  await editor.request(session.close, { sessionId: child });

  if (ask.mode) await editor.request(session.setMode, { sessionId: id, modeId: ask.mode });
  const file = join(ask.outside ? world.home : world.project, 'made');
  editor.permit = allow('reject_once');
  await editor.ask(id, `${ask.run(`touch ${file}`)} [[say: well]]`);
  assert.ok(!existsSync(file));
  editor.permit = allow('allow_once');
  const made = await editor.ask(id, `${ask.run(`touch ${file}`)} [[say: made]]`);
  assert.match(made.text, /made$/);
  assert.ok(existsSync(file));
  // Gemini tells of a call when it is over, and not of one that was declined.
  const told = editor.of(id, ask.told ?? 'tool_call').length;
  assert.ok(told >= (ask.told ? 1 : 2), String(told));

  // Qwen holds the last word back.
  const turn = editor.prompt(id, '[[say: I wait here]] [[hang: body 1]]');
  await editor.saying(id, 'I wait');
  await editor.cancel(id);
  assert.equal((await turn).stopReason, 'cancelled');

  editor.server.stdin.end();
  await editor.server.exited;

  const again = await edit(world, own);
  await again.request(session.load, { sessionId: id, cwd: world.project, mcpServers: [] });
  assert.match(again.text(id), /^noted/);
  // An agent that has forgotten the session begins anew with a summary, once that is allowed.
  again.permit = allow('allow_once');
  assert.match((await again.ask(id, '[[say: back]] where were we')).text, /back$/);
  assert.match(world.toldWith('where were we'), /walnut/);
  again.server.stdin.end();
  await again.server.exited;
}

export async function playAcpx(world, { ask, counts = true }) {
  const acpx = new WorldAcpx(world);
  const file = join(ask.outside ? world.home : world.project, 'made');
  const once = await acpx.good('--format', 'quiet', 'exec', '[[say: once]]');
  // To a client without notices the adapter for Claude Code says them as text, behind the answer.
  assert.match(once.stdout, /^once/);
  if (counts) assert.match(once.stderr, /\[acpx\] tokens: input=\d+ output=\d+/);

  await acpx.good('--format', 'quiet', 'sessions', 'new');
  defer(() => acpx.run('sessions', 'close'));
  const say = async (permission, text) => {
    const { stdout } = await acpx.good('--format', 'quiet', permission, '--ttl', '60', text);
    return stdout.trim();
  };
  assert.match(await say('--approve-all', '[[say: noted]] plant a walnut'), /^noted/);
  if (ask.mode) await acpx.good('set-mode', ask.mode);
  await say('--deny-all', `${ask.run(`touch ${file}`)} [[say: well]]`).catch(() => {});
  assert.ok(!existsSync(file));
  await say('--approve-all', `${ask.run(`touch ${file}`)} [[say: made]]`);
  assert.ok(existsSync(file));
  await say('--approve-all', '[[say: back]] where were we');
  assert.match(world.toldWith('where were we'), /walnut/);

  const turn = acpx.run('--approve-all', '--format', 'json', '[[say: I wait]] [[hang: body 1]]');
  await until('the turn to run', () => world.toldWith('I wait') !== '');
  assert.match((await acpx.good('cancel')).stdout, /cancel requested/);
  assert.match((await turn).stdout, /"stopReason":"cancelled"/);
  assert.match(await say('--approve-all', '[[say: and on]]'), /^and on/);
  await acpx.run('sessions', 'close');
  await until('every process to be gone', () => running().length === 0);
}
