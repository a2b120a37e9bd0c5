// What is to be done outlives a session and its agent: a plan of Codex, gone on with by Claude Code, in
// an editor that knows nothing of this program: the official SDK's client.

import assert from 'node:assert/strict';

import { test, until } from '../clients/cases.mjs';
import { Editor, everything, unstable } from '../clients/sdk_editor.mjs';
import { runProgram } from '../clients/server.mjs';
import { World } from './world.mjs';

const call = (name, input) => `[[call: ${name} ${JSON.stringify(input)}]]`;
const steps = (editor, session) => editor.of(session, 'plan').at(-1)?.entries
  .map(({ content, status }) => `${content}: ${status}`);

test('memory: a plan that Codex made is shown, advanced and finished in a session of Claude Code', async () => {
  const world = await World.make({ settings: '[memory]\nkeep = true\n' });
  const ofCodex = await world.serve('codex');
  const first = await ofCodex.newSession(world.project);
  await ofCodex.prompt(first, '[[plan: Write the parser | Test the parser]] [[say: begun]]');
  ofCodex.stdin.end();
  await ofCodex.exited;

  const editor = await Editor.open(unstable, everything, { project: world.project, env: world.configure('claude') });
  const second = await editor.create();
  await editor.prompt(second, '/tine-tasks');
  assert.deepEqual(steps(editor, second), ['Write the parser: in_progress', 'Test the parser: pending']);
  await editor.prompt(second, [call('TaskCreate', { subject: 'Write the parser', description: 'the first' }),
    call('TaskUpdate', { taskId: '1', status: 'completed' }), '[[say: one is done]]'].join(' '));
  // The memory is written behind the end of a turn.
  await until('the first task to be done', async () => {
    await editor.prompt(second, '/tine-tasks');
    return steps(editor, second).join() === 'Test the parser: pending';
  });
  await editor.prompt(second, '/tine-tasks done Test the parser');
  assert.deepEqual(steps(editor, second), ['Test the parser: completed']);

  const { stdout } = await runProgram(['tasks', 'list', '--all', '--json'],
    { cwd: world.project, env: world.ofCodex.environment() });
  const tasks = JSON.parse(stdout);
  assert.deepEqual(tasks.map(({ title, status }) => [title, status]),
    [['Write the parser', 'done'], ['Test the parser', 'done']]);
  assert.deepEqual(tasks[0].evidence.map(({ session }) => session), [first, second]);
});
