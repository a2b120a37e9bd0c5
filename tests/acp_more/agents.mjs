// More real ACP agents behind the program.

import assert from 'node:assert/strict';

import { playDay, playFork } from '../acp/day.mjs';
import { playAcpx, playSdk } from '../acp/stories.mjs';
import { World } from '../acp/world.mjs';
import { test } from '../clients/cases.mjs';
import { agents } from './world.mjs';

for (const [name, agent] of Object.entries(agents)) {
  playDay(name, agent);
  test(`${name}: a fork knows the past`, () => playFork(name, agent, 'soft'));
  test(`the SDK's client, with ${name}`, async () => playSdk(await World.make(name, agent), agent));
  test(`acpx, with ${name}`, async () => playAcpx(await World.make(name, agent), agent));
}

test('copilot: the tokens of a second turn are its own', async () => {
  const world = await World.make('copilot', agents.copilot);
  const { server, session } = await world.open({}, 'zed');
  const prompt = async () =>
    (await server.prompt(session, '[[say: well]]'))._meta.tine.usage.prompt;
  const first = await prompt();
  const second = await prompt();
  assert.ok(second >= first && second < first * 1.5, `${first}, then ${second}`);
});
