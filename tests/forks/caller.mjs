// A program that is started by an agent: what its first session knows of the agent's.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync }
  from 'node:fs';
import { join } from 'node:path';

import { answering, choosing } from '../claude/world.mjs';
import { test, until } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { World } from './world.mjs';

/// What an agent that does not tell its session sets for its commands all the same.
const signOf = { claude: { CLAUDECODE: '1' }, codex: { CODEX_SANDBOX: 'seatbelt' }, gemini: { GEMINI_CLI: '1' } };
const newest = '[session]\ncaller_newest = true';

const idOf = { claude: 'CLAUDE_CODE_SESSION_ID', codex: 'CODEX_THREAD_ID' };

/// A session that was begun with the agent itself, as its command finds it in its environment.
async function calling(agent, { prompts = ['plant a walnut', 'and an oak'], settings } = {}) {
  const world = await World.make({ settings });
  const server = await world.serve(agent);
  answering(server, choosing('allow_once'));
  const session = await server.newSession(world.project);
  for (const each of prompts) await server.prompt(session, `[[say: noted: ${each}]] ${each}`);
  await server.prompt(session, `[[run: env | grep -E "^(${idOf[agent]})=" ]] [[say: looked]] look`);
  const seen = JSON.stringify(server.updates(session, 'tool_call_update'));
  const [, id] = new RegExp(`${idOf[agent]}=([0-9a-f-]{36})`).exec(seen);
  server.stdin.end();
  await server.exited;
  return { world, id, environment: { [idOf[agent]]: id } };
}

const fileOf = ({ world, id }) => {
  const found = readdirSync(world.ofCodex.home, { recursive: true })
    .concat(readdirSync(world.ofClaude.home, { recursive: true }).map((each) => join(world.ofClaude.home, each)))
    .find((name) => name.endsWith(`${id}.jsonl`));
  return found.startsWith('/') ? found : join(world.ofCodex.home, found);
};
const checksum = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/// The program as a command of the agent starts it.
async function within({ world, environment }, backend) {
  const plain = world.ofCodex.environment.bind(world.ofCodex);
  world.ofCodex.environment = () => ({ ...plain(), ...environment });
  const server = await world.serve(backend);
  const made = await server.request('session/new',
    { cwd: world.project, mcpServers: [], _meta: { tine: { forkFromCaller: true } } });
  return { server, made, tine: made._meta.tine, session: made.sessionId };
}

async function recalled(server, session) {
  const before = server.text(session).length;
  await server.prompt(session, '[[recall]]');
  return server.text(session).slice(before);
}

for (const agent of ['claude', 'codex']) {
  test(`caller: a session of ${agent} is forked natively on its own backend, and not touched`, async () => {
    const caller = await calling(agent);
    const before = checksum(fileOf(caller));
    const { server, tine, session } = await within(caller, agent);
    assert.equal(tine.fork.strategy, 'native', JSON.stringify(tine));
    assert.equal(tine.fork.adopted, caller.id);
    const from = caller.world.requests(agent).length;
    await server.prompt(session, 'the word of the child');
    assert.ok(caller.world.requests(agent).slice(from).some((each) =>
      each.includes('the word of the child') && each.includes('walnut')));
    assert.equal(checksum(fileOf(caller)), before);
  });

  test(`caller: what was said in a session of ${agent} goes with the first prompt elsewhere, once`, async () => {
    const caller = await calling(agent);
    const before = checksum(fileOf(caller));
    const { server, tine, session } = await within(caller, 'rehearsal');
    assert.equal(tine.fork.strategy, 'soft', JSON.stringify(tine));
    assert.equal(tine.fork.adopted, caller.id);
    await server.prompt(session, '[[fail:backend_failed]] a prompt that fails').catch(() => {});
    await server.prompt(session, 'the word of the child');
    const text = await recalled(server, session);
    assert.match(text, /plant a walnut[^]*noted: plant a walnut[^]*and an oak[^]*the word of the child/);
    assert.doesNotMatch(text, new RegExp(`${idOf[agent]}=`), 'no tool traffic');
    // Both the prompt and the answer have it.
    assert.equal(text.split('noted: plant a walnut').length, 3);
    assert.equal(checksum(fileOf(caller)), before);
    const { sessions } = await server.request('session/list', {});
    assert.equal(sessions.find(({ sessionId }) => sessionId === session)._meta.tine.adopted, caller.id);
  });
}

test('caller: what was said survives a restart before the first prompt, and a fail-over', async () => {
  const caller = await calling('codex', { settings: 'fallback = ["other"]\nfailover = "auto"' });
  const { server, session } = await within(caller, 'rehearsal');
  server.stdin.end();
  await server.exited;
  const again = await caller.world.serve('rehearsal');
  await again.request('session/resume', { sessionId: session, cwd: caller.world.project, mcpServers: [] });
  const { _meta } = await again.prompt(session, '[[fail:usage_limit:rehearsal:60]] the first word');
  assert.equal(_meta.tine.failover.backend, 'other');
  const text = await recalled(again, session);
  assert.match(text, /walnut[^]*oak[^]*the first word/);
});

test('caller: secrets are taken out, a huge message is cut, broken lines are passed over', async () => {
  const secret = 'ghp_' + 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8';
  const caller = await calling('claude', { prompts: [`the token is ${secret}`, 'x'.repeat(400_000) + ' the end'],
    settings: '[session]\nfork_prefix_budget = 4096' });
  const file = fileOf(caller);
  appendFileSync(file, '{"type":"user","broken\n{"half');
  const { server, tine, session } = await within(caller, 'rehearsal');
  assert.equal(tine.fork.strategy, 'soft', JSON.stringify(tine));
  await server.prompt(session, 'the word of the child');
  const text = await recalled(server, session);
  assert.doesNotMatch(text, new RegExp(secret));
  assert.match(text, /xxx[^]*bytes left out[^]*the end/);
  assert.ok(text.length < 4096 * 8, `${text.length}`);
});

test('caller: tine run begins with it too', async () => {
  const caller = await calling('claude');
  const plain = caller.world.ofCodex.environment.bind(caller.world.ofCodex);
  const server = await caller.world.serve('rehearsal');  // writes the configuration
  server.stdin.end();
  await server.exited;
  const { stdout, stderr } = await runProgram(['run', '--fork-from-caller', '[[say:Yes.]] go on'],
    { cwd: caller.world.project, env: { ...plain(), ...caller.environment } });
  assert.equal(stdout.trim(), 'Yes.', stderr);
  const again = await caller.world.serve('rehearsal');
  const { sessions: [{ sessionId }] } = await again.request('session/list', {});
  await again.request('session/resume', { sessionId, cwd: caller.world.project, mcpServers: [] });
  assert.match(await recalled(again, sessionId), /walnut[^]*go on/);
});

test('caller: without one, or with one that cannot be read, the session begins without a past and says so',
  async () => {
    const world = await World.make();
    const none = await within({ world, environment: {} }, 'rehearsal');
    assert.match(none.tine.warning, /was not started within an agent/);
    assert.equal(none.tine.fork, undefined);
    await until('the log', () => /begins without a past/.test(none.server.stderr));
    await none.server.prompt(none.session, 'hello');
    const caller = await calling('codex');
    const file = fileOf(caller);
    for (const spoil of [
      () => { renameSync(file, `${file}.moved`); symlinkSync(`${file}.moved`, file); },
      () => { rmSync(file); writeFileSync(file.replace(caller.id, 'x'), ''); },
    ]) {
      spoil();
      const { server, tine, session } = await within(caller, 'rehearsal');
      assert.match(tine.warning, /Codex has no session/);
      await server.prompt(session, 'hello');
    }
    const gemini = await within({ world: await World.make(), environment: { GEMINI_CLI: '1' } }, 'rehearsal');
    assert.match(gemini.tine.warning, /Gemini CLI does not tell which session it runs/);
  });

for (const agent of ['claude', 'codex']) {
  test(`caller: the newest session of ${agent} for the directory counts, where that is configured`, async () => {
    const caller = await calling(agent, { settings: newest });
    caller.environment = signOf[agent];
    const before = checksum(fileOf(caller));
    const { server, tine, session } = await within(caller, agent);
    assert.equal(tine.fork?.strategy, 'native', JSON.stringify(tine));
    assert.equal(tine.fork.adopted, caller.id);
    await server.prompt(session, 'the word of the child');
    assert.ok(caller.world.requests(agent).some((each) =>
      each.includes('the word of the child') && each.includes('walnut')));
    server.stdin.end();
    await server.exited;
    const soft = await within(caller, 'rehearsal');
    assert.equal(soft.tine.fork?.strategy, 'soft', JSON.stringify(soft.tine));
    assert.equal(checksum(fileOf(caller)), before);
  });

  test(`caller: of ${agent}, which does not tell its session, nothing is read without that`, async () => {
    const caller = await calling(agent);
    caller.environment = signOf[agent];
    const { tine } = await within(caller, 'rehearsal');
    assert.match(tine.warning, /does not tell which session it runs/);
    assert.equal(tine.fork, undefined);
  });
}

test('caller: the newest session of Gemini CLI for the directory goes with the first prompt', async () => {
  const world = await World.make({ settings: newest });
  const folder = join(world.ofCodex.home, '.gemini/tmp/project');
  mkdirSync(join(folder, 'chats'), { recursive: true });
  writeFileSync(join(folder, '.project_root'), world.project);
  const id = '15be67ce-bc8c-4c9c-b8da-0f302edf5294';
  const secret = 'ghp_' + 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8';
  const lines = [
    { sessionId: id, projectHash: 'x', kind: 'main' },
    { $set: { messages: [{ id: 'm0', type: 'user', content: [{ text: '<session_context>The folder' }] }] } },
    { id: 'm1', type: 'user', content: [{ text: `plant a walnut, the token is ${secret}` }] },
    { id: 'm2', type: 'gemini', content: 'noted', toolCalls: [{ name: 'run_shell_command', args: { command: 'touch grass' } }] },
  ];
  const file = join(folder, 'chats/session-2026-11-29T12-46-15be67ce.jsonl');
  writeFileSync(file, `${lines.map((each) => JSON.stringify(each)).join('\n')}\n{"half`);
  const before = checksum(file);
  const { server, tine, session } = await within({ world, environment: signOf.gemini }, 'rehearsal');
  assert.equal(tine.fork?.strategy, 'soft', JSON.stringify(tine));
  assert.equal(tine.fork.adopted, id);
  await server.prompt(session, 'the word of the child');
  const text = await recalled(server, session);
  assert.match(text, /plant a walnut[^]*noted[^]*the word of the child/);
  assert.doesNotMatch(text, new RegExp(`${secret}|touch grass|session_context`));
  assert.equal(checksum(file), before);
});
