// What is to be done outlives a session and its agent: a plan of Codex, gone on with by Claude Code.

import assert from 'node:assert/strict';

import { test, until } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { World } from './world.mjs';

const call = (name, input) => `[[call: ${name} ${JSON.stringify(input)}]]`;
const steps = (server, session) => server.updates(session, 'plan').at(-1)?.entries
  .map(({ content, status }) => `${content}: ${status}`);

test('memory: a plan that Codex made is shown, advanced and finished in a session of Claude Code', async () => {
  const world = await World.make({ settings: '[memory]\nkeep = true\n' });
  const ofCodex = await world.serve('codex');
  const first = await ofCodex.newSession(world.project);
  await ofCodex.prompt(first, '[[plan: Write the parser | Test the parser]] [[say: begun]]');
  ofCodex.stdin.end();
  await ofCodex.exited;

  const server = await world.serve('claude');
  const second = await server.newSession(world.project);
  await server.prompt(second, '/tine-tasks');
  assert.deepEqual(steps(server, second), ['Write the parser: in_progress', 'Test the parser: pending']);
  await server.prompt(second, [call('TaskCreate', { subject: 'Write the parser', description: 'the first' }),
    call('TaskUpdate', { taskId: '1', status: 'completed' }), '[[say: one is done]]'].join(' '));
  // The memory is written behind the end of a turn.
  await until('the first task to be done', async () => {
    await server.prompt(second, '/tine-tasks');
    return steps(server, second).join() === 'Test the parser: pending';
  });
  await server.prompt(second, '/tine-tasks done Test the parser');
  assert.deepEqual(steps(server, second), ['Test the parser: completed']);
  server.stdin.end();
  await server.exited;

  const { stdout } = await runProgram(['tasks', 'list', '--all', '--json'],
    { cwd: world.project, env: world.ofCodex.environment() });
  const tasks = JSON.parse(stdout);
  assert.deepEqual(tasks.map(({ title, status }) => [title, status]),
    [['Write the parser', 'done'], ['Test the parser', 'done']]);
  assert.deepEqual(tasks[0].evidence.map(({ session }) => session), [first, second]);
});
