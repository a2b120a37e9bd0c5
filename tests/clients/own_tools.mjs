// With memory.mcp an agent is given the program's own tools: played with any real agent.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

import { program, running } from './cases.mjs';
import { runProgram } from './server.mjs';

/// `calling` makes the words of a prompt with which the mocked model calls a tool; `isTold`: whether
/// the model was told of the tools, where it is told of all.
export async function usesOwnTools(world, { calling, isTold = () => true }) {
  const configuration = readFileSync(world.configuration, 'utf8');
  writeFileSync(world.configuration, `${configuration}[memory]\nmcp = true\n`);
  const serving = async () => {
    const server = await world.serve();
    server.handlers['session/request_permission'] = ({ options }) => ({ outcome: { outcome: 'selected',
      optionId: options.find(({ kind }) => kind === 'allow_once').optionId } });
    return server;
  };
  let calls = 0;
  const called = async (server, session, tool, args = {}) => {
    await server.prompt(session, `${calling(tool, args)} [[say: ok ${calls += 1}]]`);
    return JSON.stringify(server.updates(session, 'tool_call_update').at(-1) ?? 'nothing');
  };
  const opening = (sessionId) => ({ sessionId, cwd: world.project, mcpServers: [] });

  const server = await serving();
  const session = await server.newSession(world.project);
  assert.match(await called(server, session, 'tasks_add', { title: 'Write the parser' }), /Write the parser/);
  assert.ok(isTold(world));
  const tasks = await runProgram(['tasks', '--json'], { env: world.environment(), cwd: world.project });
  assert.deepEqual(JSON.parse(tasks.stdout).map(({ title }) => title), ['Write the parser']);
  const [own] = running().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1') ===
    `${program}\0mcp\0--cwd\0${world.project}\0`);
  const given = readFileSync(`/proc/${own}/environ`, 'latin1').split('\0');
  for (const each of ['TINE_DEPTH=1', `TINE_SESSION_ID=${session}`, `HOME=${world.home}`,
    `XDG_STATE_HOME=${world.home}/state`]) assert.ok(given.includes(each), `${each}: ${given}`);
  const { sessionId: fork } = await server.request('session/fork', opening(session));
  assert.match(await called(server, fork, 'tasks_list'), /Write the parser/);
  assert.match(await called(server, fork, 'session_ask', { session, question: 'What was added?' }),
    /A fork of session \S+ was asked.*\\n> ok/);
  server.stdin.end();
  await server.exited;
  assert.deepEqual(running(), [], 'none of the servers is left');

  writeFileSync(world.configuration, configuration);
  const later = await serving();
  await later.request('session/resume', opening(session));
  assert.match(await called(later, session, 'tasks_list'), /Write the parser/);
  const without = await later.newSession(world.project);
  assert.doesNotMatch(await called(later, without, 'tasks_list'), /Write the parser/);
}
