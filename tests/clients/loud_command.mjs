// A command that prints control sequences for a terminal, run by a real agent.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/// The client and the transcript get pictures of the control characters; the model reads the output
/// as it was printed.
export async function playLoudCommand(World) {
  const world = await World.make();
  const { server, session } = await world.open();
  server.handlers['session/request_permission'] = ({ options }) => ({ outcome: {
    outcome: 'selected', optionId: options.find(({ kind }) => kind === 'allow_once').optionId } });
  writeFileSync(join(world.project, 'loud'), '\x1b]0;title\x07\x1b[31mred\x1b[0m\r\n');
  await server.prompt(session, '[[run: cat loud loud]] [[say: done]]');
  const said = JSON.stringify(server.updates(session));
  assert.ok(said.includes('␛]0;title␇␛[31mred␛[0m'), said);
  assert.doesNotMatch(said, /\\u00(07|1b)/);
  assert.doesNotMatch(world.transcript(session), /\\u00(07|1b)/);
  assert.ok(JSON.stringify(world.model.requests().at(-1).body).includes('\\u001b[31mred'),
    'the model reads what was printed');
}
