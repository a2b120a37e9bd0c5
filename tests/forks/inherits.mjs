// What a child has of its parent, and what of its own, whichever way the provider's program made it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { World } from './world.mjs';

const tools = { name: 'tools', command: process.execPath, args: [resolve('tests/clients/mcp_server.mjs')],
  env: [{ name: 'GREETING', value: 'hello' }] };

/// The name that the provider has for a session's conversation, as the store has it.
function conversationOf(world, session) {
  const state = join(world.ofCodex.home, 'state');
  const file = readdirSync(state, { recursive: true }).find((name) => name.endsWith(`${session}/state.toml`));
  return /^provider_id = "([^"]+)"/m.exec(readFileSync(join(state, file), 'utf8'))[1];
}

/// What is chosen for the parent, none of which a session begins with.
const chosen = {
  codex: { mode: 'read-only', model: (each) => each !== 'default' && each !== 'gpt-5.5' },
  claude: { mode: 'plan', model: (each) => each === 'haiku' },
};

/// Claude Code tells its model of all tools at once, Codex has them looked up.
const knowsTools = {
  claude: async (server, session, request) => request.includes('mcp__tools__greet'),
  codex: async (server, session) => {
    await server.prompt(session, '[[mcp: mcp__tools greet {"name":"Ada"}]] [[say: done]]');
    return server.updates(session, 'tool_call_update').at(-1)?.content[0].content.text === 'hello, Ada';
  },
};

const modelOf = ({ configOptions }) => configOptions.find(({ id }) => id === 'model');

for (const backend of ['codex', 'claude']) {
  for (const strategy of ['native', 'pty']) {
    test(`fork inherits: ${backend}, ${strategy}: model and mode, with a directory, servers and a name of its own`,
      async () => {
        const world = await World.make();
        const elsewhere = directory('elsewhere');
        world.trust(world.project, elsewhere);
        const server = await world.serve(backend);
        // What can be chosen is known once the backend has run.
        await server.prompt(await server.newSession(world.project), '[[say: hello]]');
        const opened = await server.request('session/new', { cwd: world.project, mcpServers: [] });
        const session = opened.sessionId;
        const { mode, model: isOther } = chosen[backend];
        const value = modelOf(opened).options.map((each) => each.value).find(isOther);
        await server.request('session/set_config_option', { sessionId: session, configId: 'model', value });
        await server.request('session/set_mode', { sessionId: session, modeId: mode });
        await server.prompt(session, '[[say: noted]] plant a walnut and an oak');
        const requests = () => world.requests(backend).map((each) => JSON.parse(each));
        const { model } = requests().find((each) => JSON.stringify(each).includes('and an oak'));

        const made = await server.request('session/fork', { sessionId: session, cwd: elsewhere,
          mcpServers: [tools], _meta: { tine: { fork: { strategy, strict: true } } } });
        const child = made.sessionId;
        assert.equal(made.modes.currentModeId, mode);
        assert.equal(modelOf(made).currentValue, value);
        assert.notEqual(child, session);
        assert.notEqual(conversationOf(world, child), conversationOf(world, session));
        assert.equal((await server.prompt(child, '[[say: here]] the word of the child')).stopReason, 'end_turn');
        const first = requests().find((each) => JSON.stringify(each).includes('the word of the child'));
        assert.equal(first.model, model);
        const text = JSON.stringify(first);
        assert.match(text, /walnut and an oak[^]*the word of the child/);
        assert.ok(text.includes(elsewhere), 'its directory');
        assert.ok(await knowsTools[backend](server, child, text), 'its servers');
      });
  }
}
