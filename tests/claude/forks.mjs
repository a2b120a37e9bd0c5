// Forks of Claude Code's conversations, as the mocked model sees them.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { promptBlocks, promptTokens, World } from './world.mjs';

const opening = (world, sessionId, more = {}) =>
  ({ sessionId, cwd: world.project, mcpServers: [], ...more });
const fork = (server, world, sessionId, more) =>
  server.request('session/fork', opening(world, sessionId, more));
const at = (turn) => ({ _meta: { tine: { fork: { at: turn } } } });

const said = (request) => JSON.stringify(request.body.messages);
/// The first request of the prompt that is `text`.
const asking = (world, text) => world.model.requests().find((each) => said(each).includes(text));

/// Prompts, and gives the first request that came of it.
async function firstRequest(server, world, session, text) {
  const from = world.model.requests().length;
  assert.equal((await server.prompt(session, text)).stopReason, 'end_turn');
  return world.model.requests().slice(from).find((each) => said(each).includes(text));
}

/// Where `request` leaves what its `parent` has asked; -1: nowhere.
function departure(parent, request) {
  const [known, asked] = [promptBlocks(parent), promptBlocks(request)];
  return known.findIndex((block, i) => block !== asked[i]);
}

function assertExtends(parent, request, what) {
  const place = departure(parent, request);
  assert.equal(place, -1, `${what}: ${promptBlocks(parent)[place]} became ` +
    `${promptBlocks(request)[place]}`);
  assert.equal(request.body.model, parent.body.model, what);
  assert.equal(request.usage.cache_read_input_tokens, promptTokens(parent), what);
}

const tools = { name: 'tools', command: process.execPath,
  args: [join(process.cwd(), 'tests/codex/mcp_server.mjs')], env: [] };

const variations = [
  { what: 'nothing' },
  { what: 'an MCP server', more: () => ({ mcpServers: [tools] }) },
  { what: 'the mode', mode: 'plan' },
  { what: 'the directory', more: () => ({ cwd: directory('elsewhere') }) },
  { what: 'a further directory', more: () => ({ additionalDirectories: [directory('more')] }) },
];

test('claude: a fork\'s first request extends its parent\'s last, by whatever of these it differs',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[think: hmm]] [[run: echo one]] [[say: first answer]]');
    await server.prompt(session, '[[say: second answer]]');
    const parent = world.model.requests().at(-1);
    for (const { what, more = () => ({}), mode } of variations) {
      const { sessionId } = await fork(server, world, session, more());
      if (mode) await server.request('session/set_mode', { sessionId, modeId: mode });
      const request = await firstRequest(server, world, sessionId, `[[say: but for ${what}]]`);
      assertExtends(parent, request, what);
      assert.ok(said(request).includes('second answer'), what);
    }
    const other = await fork(server, world, session);
    const { options } = other.configOptions.find(({ id }) => id === 'model');
    for (const { value } of options) console.log(value);
    await server.request('session/close', { sessionId: other.sessionId });
  });
