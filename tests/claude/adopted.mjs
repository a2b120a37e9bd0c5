// Conversations of Claude Code that were begun without the program: by hand, or by its caller.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { Headless } from './headless.mjs';
import { promptBlocks, World } from './world.mjs';

/// A conversation of one turn, begun by hand and over; its id.
async function byHand(world) {
  const id = randomUUID();
  const claude = new Headless(world, ['--permission-prompt-tool', 'stdio', '--session-id', id],
    { CLAUDE_CODE_ENABLE_TODO_TOOLS: '1' });
  await claude.prompt('[[say: begun by hand]]');
  await claude.end();
  return id;
}

function fileOf(world, id) {
  const root = join(world.home, '.claude/projects');
  return join(root, readdirSync(root, { recursive: true }).find((name) => name.endsWith(`${id}.jsonl`)));
}

const checksum = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const adopting = (world, adopt) => ({ cwd: world.project, mcpServers: [], _meta: { tine: { adopt } } });
const refused = (asked) => asked.then(() => assert.fail('it was not refused'), (error) => error);

test('claude: a conversation begun by hand is adopted as a fork, and not touched', async () => {
  const world = await World.make();
  const id = await byHand(world);
  const before = checksum(fileOf(world, id));
  const server = await world.serve();
  const made = await server.request('session/new', adopting(world, { id }));
  assert.equal(made._meta.tine.fork.adopted, id);
  assert.equal(made._meta.tine.fork.strategy, 'native');
  await server.prompt(made.sessionId, '[[say: and gone on with here]]');
  const [parent, child] = world.model.requests();
  const inherited = promptBlocks(parent);
  assert.deepEqual(promptBlocks(child).slice(0, inherited.length), inherited);
  assert.ok(JSON.stringify(child.body.messages).includes('begun by hand'));
  assert.equal(checksum(fileOf(world, id)), before);
});

test('claude: an adopted conversation that has not been prompted outlives the program', async () => {
  const world = await World.make();
  const id = await byHand(world);
  const first = await world.serve();
  const { sessionId } = await first.request('session/new', adopting(world, { id }));
  first.stdin.end();
  await first.exited;
  const server = await world.serve();
  await server.request('session/resume', { sessionId, cwd: world.project, mcpServers: [] });
  await server.prompt(sessionId, '[[say: later]]');
  assert.ok(JSON.stringify(world.model.requests().at(-1).body.messages).includes('begun by hand'));
});

test('claude: what is no conversation, of another directory or behind a link is not adopted',
  async () => {
    const world = await World.make();
    const id = await byHand(world);
    const server = await world.serve();
    const unknown = await refused(server.request('session/new', adopting(world, { id: randomUUID() })));
    assert.equal(unknown.code, -32602);
    const none = await refused(server.request('session/new', adopting(world, { id: '../../x' })));
    assert.equal(none.code, -32602);
    const other = directory('other');
    const elsewhere = { ...adopting(world, { id }), cwd: other };
    assert.equal((await refused(server.request('session/new', elsewhere))).code, -32602);
    elsewhere._meta.tine.adopt.cwd = world.project;
    await server.request('session/new', elsewhere);
    const file = fileOf(world, id);
    renameSync(file, join(world.home, 'moved'));
    symlinkSync(join(world.home, 'moved'), file);
    assert.equal((await refused(server.request('session/new', adopting(world, { id })))).code, -32602);
  });

test('claude: the session within which the program runs is forked, its identity is not handed on',
  async () => {
    const world = await World.make();
    const id = await byHand(world);
    const server = new Server({ cwd: world.project, env: { ...world.environment(),
      CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: id, CLAUDE_CODE_MESSAGING_TOKEN: 'not-for-others' } });
    await server.initialize({});
    server.handlers['session/request_permission'] = () =>
      ({ outcome: { outcome: 'selected', optionId: 'allow_once' } });
    const { sessionId, _meta } = await server.request('session/new',
      { cwd: world.project, mcpServers: [], _meta: { tine: { forkFromCaller: true } } });
    assert.equal(_meta.tine.fork.adopted, id);
    await server.prompt(sessionId, '[[run: env | sort]] [[say: seen]]');
    assert.ok(JSON.stringify(world.model.requests()[1].body.messages).includes('begun by hand'));
    const seen = JSON.stringify(server.updates(sessionId, 'tool_call_update'));
    assert.ok(seen.includes(`TINE_SESSION_ID=${sessionId}`));
    assert.ok(!seen.includes('not-for-others'));
    assert.ok(!seen.includes(`CLAUDE_CODE_SESSION_ID=${id}`));
  });

test('claude: without a caller the session begins without a past, and says so', async () => {
  const world = await World.make();
  const server = await world.serve();
  const { _meta } = await server.request('session/new',
    { cwd: world.project, mcpServers: [], _meta: { tine: { forkFromCaller: true } } });
  assert.match(_meta.tine.warning, /without a past: tine was not started within an agent/);
});
